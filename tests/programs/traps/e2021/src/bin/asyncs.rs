//! Futures: polled by hand, some dropped half-way.
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

struct Once(bool);

impl Future for Once {
    type Output = u32;
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u32> { //~ 6
        if std::mem::replace(&mut self.0, true) { Poll::Ready(1) } else { Poll::Pending } //~ 3 3
    }
}

async fn twice() -> u32 { //~ 2
    let a = Once(false).await;
    let b = Once(false).await; //~ 1
    a + b //~ 1
}

fn block(n: u32) -> impl Future<Output = Result<u32, ()>> { //~ 2
    async move { //~ 2
        if n == 1 { //~ 1
            return Err(());
        }
        Once(true).await; //~ 1
        Ok(n) //~ 1
    }
}

fn poll<F: Future>(future: F, times: u32) -> Option<F::Output> { //~ 4
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..times { //~ 6
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) { //~ 3
            return Some(value);
        }
    }
    None //~ 1
}

fn main() { //~ 1
    println!("{:?} {:?}", poll(twice(), 3), poll(twice(), 1));
    println!("{:?} {:?}", poll(block(1), 1), poll(block(2), 1));
    let never = async { 1 }; //~ 0
    drop(never);
}
