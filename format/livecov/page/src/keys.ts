// Commands that have a key of their own.

import { isTyping } from "./dom";

export type Commands = Record<string, () => void>;

export function listenToKeys(commands: () => Commands): void {
  document.addEventListener("keydown", (event) => {
    const isCommand = !event.ctrlKey && !event.metaKey && !event.altKey;
    // Only these leave a field.
    if (!isCommand || (isTyping(event.target) && event.key !== "Escape" && !isCheckbox(event.target))) {
      return;
    }
    const isOver = document.querySelector("dialog[open]") !== null && event.key !== "?";
    const command = isOver ? undefined : commands()[event.key];
    if (command) {
      event.preventDefault();
      command();
    }
  });
}

function isCheckbox(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement && target.type === "checkbox";
}
