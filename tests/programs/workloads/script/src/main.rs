//! `rhai`: an interpreter at work on functions, loops, arrays, maps and strings.

use rhai::{AST, Engine, Scope};

const SCRIPT: &str = r#"
    fn fib(n) {
        if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
    }

    fn primes(limit) {
        let composite = [];
        composite.pad(limit + 1, false);
        let found = [];
        for n in 2..limit {
            if composite[n] { continue; }
            found.push(n);
            let multiple = n * n;
            while multiple <= limit {
                composite[multiple] = true;
                multiple += n;
            }
        }
        found
    }

    fn count(text) {
        let seen = #{};
        for word in text.split(" ") {
            if word == "" { continue; }
            if word in seen { seen[word] += 1; } else { seen[word] = 1; }
        }
        seen
    }

    let text = "";
    for n in 0..60 {
        text += ["set", "count", "atomic", "probe"][(n * 7 + turn) % 4] + " ";
    }
    let words = count(text);
    let squares = primes(300).map(|n| n * n).filter(|n| n % 3 == 1);
    let total = squares.reduce(|sum, n| sum + n, 0);
    let line = `fib ${fib(12)} of ${squares.len()} sum ${total}`;
    for word in words.keys() {
        line += ` ${word.to_upper()}=${words[word]}`;
    }
    line
"#;

/// One run of the script with a fresh scope.
fn turn(engine: &Engine, script: &AST, turn: usize) -> String {
    let mut scope = Scope::new();
    scope.push("turn", turn as i64);
    engine.eval_ast_with_scope(&mut scope, script).expect("the script runs")
}

fn main() {
    let mut engine = Engine::new();
    // A debug build allows so few that recursion fails.
    engine.set_max_call_levels(64);
    let script = engine.compile(SCRIPT).expect("the script is valid");
    harness::measure(|iteration| turn(&engine, &script, iteration));
}
