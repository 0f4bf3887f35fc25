//! An HTTP server on `hyper` and `tokio` that answers in JSON. `load` asks it.
//!
//! `server THREADS` prints the port that it listens at, and ends as a program does, by returning from `main`, when its
//! standard input ends.

use harness::{Random, sentence};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::io::{Read, Write};
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};

type Answer = Response<Full<Bytes>>;

/// What the server knows: texts by number.
struct Store {
    items: Vec<String>,
}

impl Store {
    fn new() -> Self {
        let mut random = Random::new(5);
        Self { items: (0..200).map(|item| sentence(&mut random, 4 + item % 9)).collect() }
    }

    fn item(&self, number: &str) -> Option<Value> {
        let number: usize = number.parse().ok()?;
        let text = self.items.get(number)?;
        Some(json!({ "number": number, "text": text, "words": text.split(' ').count() }))
    }

    fn find(&self, word: &str) -> Value {
        let hits: Vec<usize> =
            self.items.iter().enumerate().filter(|(_, text)| text.contains(word)).map(|(number, _)| number).collect();
        json!({ "word": word, "hits": hits })
    }
}

/// Adds up the numbers of an order, as it came in the body of a request.
async fn order(body: Incoming) -> Option<Value> {
    let bytes = body.collect().await.ok()?.to_bytes();
    let order: Value = serde_json::from_slice(&bytes).ok()?;
    let lines = order.get("lines")?.as_array()?;
    let total: u64 =
        lines.iter().filter_map(|line| Some(line.get("count")?.as_u64()? * line.get("price")?.as_u64()?)).sum();
    Some(json!({ "customer": order.get("customer"), "lines": lines.len(), "total": total }))
}

async fn answer(store: &Store, request: Request<Incoming>) -> Option<Value> {
    let path = request.uri().path().to_owned();
    match (request.method(), path.split_at(path.rfind('/')? + 1)) {
        (&Method::GET, ("/items/", number)) => store.item(number),
        (&Method::GET, ("/find/", word)) => Some(store.find(word)),
        (&Method::GET, ("/", "cpu")) => Some(Value::from(harness::cpu_nanos())),
        (&Method::POST, ("/", "orders")) => order(request.into_body()).await,
        _ => None,
    }
}

async fn handle(store: Arc<Store>, request: Request<Incoming>) -> Result<Answer, Infallible> {
    let (status, value) = match answer(&store, request).await {
        Some(value) => (StatusCode::OK, value),
        None => (StatusCode::NOT_FOUND, json!({ "error": "there is no such thing" })),
    };
    let mut response = Response::new(Full::new(Bytes::from(value.to_string())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

async fn serve(store: Arc<Store>, stream: TcpStream) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let service = service_fn(move |request| handle(Arc::clone(&store), request));
    if let Err(error) = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await {
        eprintln!("server: {error}");
    }
}

async fn accept(listener: TcpListener) {
    let store = Arc::new(Store::new());
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(Arc::clone(&store), stream));
    }
}

fn main() -> std::io::Result<()> {
    let threads = std::env::args().nth(1).and_then(|word| word.parse().ok()).expect("usage: server THREADS");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_io().build()?;
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let port = listener.local_addr()?.port();
    runtime.spawn(accept(listener));
    println!("{port}");
    std::io::stdout().flush()?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
