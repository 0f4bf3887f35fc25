//! Handles signals in the way that the argument names, sends itself some, and says what came of it.

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level::{emulate_default_handler, raise, register, unregister};
use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::signal::ctrl_c;
use tokio::signal::unix::{SignalKind, signal};

type Outcome = Result<(), Box<dyn Error>>;

/// Longer than any signal takes.
const LIMIT: Duration = Duration::from_secs(20);

fn main() -> ExitCode {
    let outcome = match env::args().nth(1).as_deref() {
        Some("tokio") => by_tokio(),
        Some("ctrl-c") => by_ctrl_c(),
        Some("flag") => by_flag(),
        Some("register") => by_register(),
        Some("conditional") => by_conditional(),
        Some("emulate") => by_emulation(),
        Some("iterator") => by_iterator(),
        Some("ctrlc-set") => by_ctrlc(|handler| ctrlc::set_handler(handler)),
        Some("ctrlc-try") => by_ctrlc(|handler| ctrlc::try_set_handler(handler)),
        Some("ctrlc-twice") => by_ctrlc_twice(),
        other => Err(format!("unknown {other:?}").into()),
    };
    let Err(error) = outcome else { return ended() };
    println!("{error}");
    ExitCode::FAILURE
}

fn ended() -> ExitCode {
    println!("ended gracefully");
    ExitCode::SUCCESS
}

#[tokio::main(flavor = "current_thread")]
async fn by_tokio() -> Outcome {
    let mut terminations = signal(SignalKind::terminate())?;
    for _ in 0..3 {
        raise(SIGTERM)?;
        tokio::time::timeout(LIMIT, terminations.recv()).await?;
        came();
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn by_ctrl_c() -> Outcome {
    let task = tokio::spawn(ctrl_c());
    tokio::task::yield_now().await;
    raise(SIGINT)?;
    tokio::time::timeout(LIMIT, task).await???;
    came();
    Ok(())
}

fn by_flag() -> Outcome {
    let flag = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(SIGTERM, Arc::clone(&flag))?;
    raise(SIGTERM)?;
    println!("{}", flag.load(Ordering::Relaxed));
    came();
    Ok(())
}

/// The handler stays when nobody is registered any more, and the signal does nothing then.
fn by_register() -> Outcome {
    // SAFETY: the function stores to an atomic only, as handlers may.
    let id = unsafe { register(SIGTERM, counted) }?;
    raise(SIGTERM)?;
    println!("{}", unregister(id));
    raise(SIGTERM)?;
    came();
    Ok(())
}

fn counted() {
    static COUNT: AtomicBool = AtomicBool::new(false);
    COUNT.store(true, Ordering::Relaxed);
}

/// The usual pair: the first signal asks for a graceful end, the second one ends at once.
fn by_conditional() -> Outcome {
    let is_second = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register_conditional_default(SIGTERM, Arc::clone(&is_second))?;
    signal_hook::flag::register(SIGTERM, is_second)?;
    raise(SIGTERM)?;
    came();
    raise(SIGTERM)?;
    Err("not to be reached".into())
}

fn by_emulation() -> Outcome {
    signal_hook::flag::register(SIGTERM, Arc::default())?;
    raise(SIGTERM)?;
    came();
    emulate_default_handler(SIGTERM)?;
    Err("not to be reached".into())
}

fn by_iterator() -> Outcome {
    let mut signals = signal_hook::iterator::Signals::new([SIGTERM, SIGINT])?;
    raise(SIGINT)?;
    println!("{:?}", signals.wait().next());
    came();
    Ok(())
}

fn by_ctrlc(set: impl FnOnce(Box<dyn FnMut() + Send>) -> Result<(), ctrlc::Error>) -> Outcome {
    let (sender, receiver) = std::sync::mpsc::channel();
    set(Box::new(move || {
        came();
        // Nobody may wait any more.
        let _ = sender.send(());
    }))?;
    for signal in [SIGINT, SIGTERM, libc::SIGHUP] {
        raise(signal)?;
        receiver.recv_timeout(LIMIT)?;
    }
    Ok(())
}

fn by_ctrlc_twice() -> Outcome {
    signal_hook::flag::register(SIGINT, Arc::default())?;
    // Somebody handles the signal already.
    println!("{}", ctrlc::try_set_handler(|| ()).is_err());
    raise(SIGINT)?;
    came();
    Ok(())
}

fn came() {
    println!("it came");
}
