//! A host that knows nothing of coverage: neither probes nor the runtime are in it.

mod plugins;

use plugins::Plugin;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        // One is unloaded, the other is there until the end.
        ["use", first, second, count] => {
            let [first, second] = [first, second].map(|path| Plugin::load(path));
            first.run(number(count));
            second.run(number(count));
            drop(first);
            second.leave();
        }
        ["apart", plugin, count] => {
            let plugin = Plugin::load_apart(plugin);
            plugin.run(number(count));
            drop(plugin);
        }
        ["fork", first, second, before, child, parent, unloads] => {
            let [first, second] = [first, second].map(|path| Plugin::load(path));
            first.run(number(before));
            second.run(number(before));
            fork([number(child), number(parent)], [first, second], *unloads == "unload");
        }
        _ => panic!("what to do?"),
    }
}

fn number(text: &str) -> u64 {
    text.parse().expect("a number")
}

/// The child goes on with both plugins, or unloads the second before it ends; so does the parent, without unloading.
fn fork([in_child, in_parent]: [u64; 2], [first, second]: [Plugin; 2], unloads: bool) {
    // SAFETY: the program has one thread.
    let child = unsafe { libc::fork() };
    assert!(child >= 0);
    if child == 0 {
        first.run(in_child);
        if unloads {
            drop(second);
        } else {
            second.leave();
        }
        first.leave();
        return;
    }
    first.run(in_parent);
    first.leave();
    second.leave();
    let mut status = 0;
    // SAFETY: there is room for the answer.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert_eq!(status, 0);
}
