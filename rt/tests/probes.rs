//! Probes of every mode, in assembly and without, and the packages that they belong to.

use std::sync::atomic::Ordering::Relaxed;

macro_rules! module {
    ($name:ident, $mode:ident, $portable:ident, $tag:literal) => {
        mod $name {
            livecov_rt::__abi_v1::package! {
                mode: $mode, granularity: perblock, tag: $tag, counters: 70, functions: [60, 10],
                // Not a real blob: nothing here reads it.
                meta: &[$tag; 44],
            }

            #[inline(never)]
            pub(crate) fn run() {
                for _ in 0..3 {
                    livecov_rt::__abi_v1::probe!($mode, crate::$name::SLAB, 0);
                    livecov_rt::__abi_v1::probe!($mode, crate::$name::SLAB, 69);
                    livecov_rt::__abi_v1::probe!($portable, crate::$name::SLAB, 33);
                }
            }
        }
    };
}

module!(set, set, portable_set, 1);
module!(count, count, portable_count, 2);
module!(atomic, atomic, portable_atomic, 3);

#[test]
fn probes_count_their_unit_and_no_other() {
    set::run();
    count::run();
    atomic::run();
    let hit = [0, 33, 69];
    for index in 0..70 {
        let expected = if hit.contains(&index) { 3 } else { 0 };
        assert_eq!(u64::from(set::SLAB.0[index].load(Relaxed)), expected.min(1), "{index}");
        assert_eq!(count::SLAB.0[index].load(Relaxed), expected, "{index}");
        assert_eq!(atomic::SLAB.0[index].load(Relaxed), expected, "{index}");
    }
}

#[test]
fn packages_are_gathered() {
    let mut modes: Vec<_> = livecov_rt::__abi_v1::PACKAGES_1.iter().map(|package| package.mode).collect();
    modes.sort_unstable();
    assert_eq!(modes, [1, 2, 3]);
    assert!(livecov_rt::is_instrumented());
}
