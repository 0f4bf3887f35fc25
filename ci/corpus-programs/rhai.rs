//! Runs scripts, right and wrong ones, with types and functions of the program's.

use rhai::{AST, Dynamic, Engine, EvalAltResult, Module, Scope};

const SCRIPTS: &[(&str, &str)] = &[
    ("arithmetic", "let a = 2 ** 10; a % 7 + (a >> 3) - 0x1f | 5"),
    ("floats", "(1.5 * 4.0).to_int() + (7.9).floor().to_int()"),
    ("overflow", "9223372036854775807 + 1"),
    ("division", "1 / 0"),
    ("strings", "let s = \"héllo\"; s += ' ' + `${1 + 1} worlds`; s.to_upper() + s.len()"),
    ("arrays", "let a = [3, 1, 2]; a.push(9); a.sort(|x, y| y - x); a.map(|x| x * 2).filter(|x| x > 2).reduce(|s, x| s + x, 0)"),
    ("maps", "let m = #{a: 1, b: #{c: [1, 2]}}; m.b.c[1] += 40; m.d = m.keys().len(); m.b.c[1] + m.d"),
    ("loops", "let n = 0; for i in 0..100 { if i % 2 == 0 { continue; } if i > 50 { break; } n += i; } while n > 10 { n /= 2; } loop { n += 1; if n >= 20 { break n * 2; } }"),
    ("functions", "fn fib(n) { if n < 2 { n } else { fib(n - 1) + fib(n - 2) } } fib(6)"),
    ("closures", "let x = 5; let add = |y| { x += y; x }; add.call(1); add.call(2) + x"),
    ("currying", "fn scale(k, v) { k * v } let f = Fn(\"scale\").curry(3); f.call(14)"),
    ("switch", "switch 42 { 42 if false => \"no\", 40 | 41 | 42 => \"yes\", 1..10 => \"few\", _ => \"other\" }"),
    ("errors", "try { throw #{code: 7}; } catch (e) { e.code + 1 }"),
    ("uncaught", "throw \"thrown\""),
    ("this", "fn grow(n) { this += n; } let x = 1; x.grow(41); x"),
    ("host", "let p = point(3, 4); p.x += 2; p.len() + p.x"),
    ("module", "math2::double(21)"),
    ("wrong type", "let x = true; x + 1"),
    ("unknown", "missing(1)"),
    ("syntax", "let = 3"),
    ("unfinished", "if true { 1"),
    ("limit", "loop { }"),
    ("blobs", "let b = blob(4, 7); b[1] = 200; b.len() + b[1]"),
    ("chars", "'a'.to_int() + \"xyz\"[1].to_int()"),
    ("ranges", "let t = 0; for i in range(10, 0, -3) { t += i; } t"),
    ("null", "let m = #{a: ()}; m?.a?.b ?? 5"),
];

#[derive(Clone, Debug)]
struct Point {
    x: i64,
    y: i64,
}

fn engine() -> Engine {
    let mut engine = Engine::new();
    engine.set_max_operations(100_000);
    engine.register_type_with_name::<Point>("Point");
    engine.register_fn("point", |x: i64, y: i64| Point { x, y });
    engine.register_get_set("x", |point: &mut Point| point.x, |point: &mut Point, x: i64| point.x = x);
    engine.register_fn("len", |point: &mut Point| point.x.abs() + point.y.abs());
    let mut module = Module::new();
    module.set_native_fn("double", |x: i64| Ok(x * 2));
    engine.register_static_module("math2", module.into());
    engine.on_print(|text| println!("printed: {text}"));
    engine
}

fn show(name: &str, result: Result<Dynamic, Box<EvalAltResult>>) {
    match result {
        Ok(value) => println!("{name}: {value} ({})", value.type_name()),
        Err(error) => println!("{name}: error: {error}"),
    }
}

fn main() {
    let engine = engine();
    for (name, script) in SCRIPTS {
        show(name, engine.eval(script));
    }
    let mut scope = Scope::new();
    scope.push("n", 5_i64).push_constant("C", 100_i64);
    show("scope", engine.eval_with_scope(&mut scope, "print(n); n += C; n"));
    show("constant", engine.eval_with_scope(&mut scope, "C = 1"));
    println!("n: {:?}", scope.get_value::<i64>("n"));
    let ast: AST = engine.compile("fn twice(x) { x + x }  fn unused() { }").expect("it compiles");
    show("call", engine.call_fn(&mut scope, &ast, "twice", (21_i64,)));
    println!("functions: {:?}", ast.iter_functions().map(|function| function.name.to_owned()).collect::<std::collections::BTreeSet<_>>());
    println!("expression: {:?}", engine.eval_expression::<i64>("1 + 2 * 3").ok());
}
