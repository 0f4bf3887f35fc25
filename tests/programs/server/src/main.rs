//! Answers `/alpha`, `/beta` and `/clear`, until a signal ends it. Prints its port first. `server graceful` handles SIGTERM,
//! and ends by itself.

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

fn alpha() -> String {
    (1..5).map(|n| format!("{n}")).collect()
}

fn beta() -> String {
    "beta".to_uppercase()
}

fn clear() -> String {
    match livecov_rt::clear_counters() {
        Ok(()) => "cleared".to_owned(),
        Err(error) => error.to_string(),
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (status, text) = match request.uri().path() {
        "/alpha" => (StatusCode::OK, alpha()),
        "/beta" => (StatusCode::OK, beta()),
        "/clear" => (StatusCode::OK, clear()),
        _ => (StatusCode::NOT_FOUND, String::new()),
    };
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    Ok(response)
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    if std::env::args().nth(1).as_deref() != Some("graceful") {
        return serve(&listener).await;
    }
    let mut termination = signal(SignalKind::terminate())?;
    println!("graceful");
    tokio::select! {
        served = serve(&listener) => served,
        _ = termination.recv() => {
            farewell();
            Ok(())
        }
    }
}

fn farewell() {
    println!("bye");
}

async fn serve(listener: &TcpListener) -> Result<(), Box<dyn std::error::Error>> {
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(async move {
            let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)).await;
            if let Err(error) = served {
                eprintln!("{error}");
            }
        });
    }
}
