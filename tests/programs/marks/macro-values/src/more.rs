use once_cell::sync::Lazy;
use std::cell::{Cell, RefCell};
use std::sync::{LazyLock, OnceLock};

thread_local! {
    static CONSTANT: Cell<u32> = const { Cell::new(1) };
    static CONSTANT_WITH_CODE: Cell<u32> = const {
        let n = if true { 1 } else { 2 };
        Cell::new(n)
    };
    /// Never looked at.
    static NEVER: RefCell<Vec<u32>> = RefCell::new({ //=0
        let n = 1; //=0
        vec![n]
    });
    pub static CALLED: u32 = //=-
        called(); //=1
    #[cfg(any())]
    static NOT_THERE: u32 = called(); //=-
}

fn called() -> u32 { //=1
    3 //=1
}

static LOCK: LazyLock<u32> = LazyLock::new(|| { //=1
    let n = called_by_lock(); //=1
    n + 1 //=1
});

static LAZY: Lazy<u32> = Lazy::new(|| { //=0
    let n = 1; //=0
    n + 1 //=0
});

static ONCE: OnceLock<u32> = OnceLock::new();

fn called_by_lock() -> u32 { //=1
    3 //=1
}

fn in_a_function(n: u32) -> u32 { //=2
    thread_local! {
        static COUNT: Cell<u32> = { //=1
            let start = 5; //=1
            Cell::new(start) //=1
        };
    }
    lazy_static::lazy_static! {
        static ref MORE: u32 = { //=1
            let start = 5; //=1
            start + 1 //=1
        };
    }
    COUNT.set(COUNT.get() + n); //=2
    COUNT.get() + *MORE //=2
}

fn on_ways_out(n: u32) -> u32 { //=2
    scopeguard::defer! {
        if n > 1 { //=2
            drop(n); //=1
        }
    }
    scopeguard::defer_on_unwind! {
        drop(n + 1); //=0
    }
    if n > 1 { //=2
        return 1; //=1
    }
    n //=1
}

pub(crate) fn run() {
    CONSTANT.set(2);
    CONSTANT_WITH_CODE.set(2);
    assert_eq!(CALLED.with(|n| *n), 3);
    assert_eq!(*LOCK + *LOCK, 8);
    assert!(std::thread::spawn(|| CONSTANT.get()).join().is_ok() && Lazy::get(&LAZY).is_none());
    assert_eq!(ONCE.get_or_init(|| 1), &1);
    if ONCE.get().is_none() {
        NEVER.with_borrow(|list| drop(list.clone()));
    }
    assert_eq!(in_a_function(1) + in_a_function(2), 26);
    assert_eq!(on_ways_out(1) + on_ways_out(2), 2);
}
