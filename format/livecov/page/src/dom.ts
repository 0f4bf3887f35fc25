// Elements without a framework, and without text that is parsed as HTML.

export type Child = Node | string | null | undefined | false;

type Handlers = { [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void };

export interface Properties {
  class?: string;
  on?: Handlers;
  /** Custom properties of CSS: the content policy forbids `style` attributes, but not this. */
  vars?: Record<string, string>;
  [attribute: string]: unknown;
}

/** Makes an element; attributes that are false, null or undefined are left out, true ones are empty. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  const { on, vars, ...attributes } = properties;
  setAttributes(element, attributes);
  for (const [type, handler] of Object.entries(on ?? {})) {
    element.addEventListener(type, handler as EventListener);
  }
  for (const [name, value] of Object.entries(vars ?? {})) {
    element.style.setProperty(name, value);
  }
  append(element, children);
  return element;
}

export function setAttributes(element: Element, attributes: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) {
      element.removeAttribute(name);
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
}

export function append(element: Element, children: Child[]): void {
  for (const child of children) {
    if (child) {
      element.append(child);
    }
  }
}

/** Replaces all that an element has. */
export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren();
  append(element, children);
}

/** Whether keys go into a field, so that they are no commands. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.matches("input, textarea, select") || target.isContentEditable);
}
