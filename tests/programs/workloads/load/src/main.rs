//! Asks `server` from one thread over several connections that stay open, and prints what the others print:
//! the checksum of the answers, how long they took, and the server's CPU time.
//!
//! `load PORT CONNECTIONS REQUESTS`. It does so little of its own that the server is what is measured.

use harness::{WORDS, hash};
use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

type Outcome<T> = Result<T, Box<dyn Error>>;

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    fn new(port: u16) -> Outcome<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::new() })
    }

    fn send(&mut self, request: &str) -> Outcome<()> {
        Ok(self.stream.write_all(request.as_bytes())?)
    }

    /// The status and the body of the next answer.
    fn receive(&mut self) -> Outcome<(u16, Vec<u8>)> {
        self.buffer.clear();
        loop {
            if let Some((status, body)) = complete(&self.buffer)? {
                return Ok((status, body.to_vec()));
            }
            let mut more = [0; 4096];
            let read = self.stream.read(&mut more)?;
            if read == 0 {
                return Err("the server closed a connection".into());
            }
            self.buffer.extend_from_slice(&more[..read]);
        }
    }
}

/// Status and body of an answer, if all of it has arrived.
fn complete(answer: &[u8]) -> Outcome<Option<(u16, &[u8])>> {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = std::str::from_utf8(&answer[..end])?;
    let status = head.split(' ').nth(1).ok_or("an answer without status")?.parse()?;
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length: ")).ok_or("an answer without length")?;
    let body = &answer[end + 4..];
    Ok((body.len() >= length.parse()?).then_some((status, body)))
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\nuser-agent: load/0\r\n\r\n")
}

fn post(path: &str, body: &str) -> String {
    let head = "host: localhost\r\ncontent-type: application/json\r\nuser-agent: load/0";
    format!("POST {path} HTTP/1.1\r\n{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// An order of some lines.
fn order(number: usize) -> String {
    let lines: Vec<String> = (0..number % 7)
        .map(|line| format!(r#"{{"article":"{}","count":{line},"price":{}}}"#, WORDS[line], number % 100))
        .collect();
    format!(r#"{{"customer":"c-{number}","lines":[{}]}}"#, lines.join(","))
}

/// The requests, which come again and again; one in ten asks for what is not there.
fn requests() -> Vec<String> {
    (0..200)
        .map(|number| match number % 10 {
            0..4 => get(&format!("/items/{number}")),
            4..6 => get(&format!("/find/{}", WORDS[number % WORDS.len()])),
            6..9 => post("/orders", &order(number)),
            _ => get("/items/none"),
        })
        .collect()
}

/// The CPU time that the server has taken so far.
fn server_cpu(connection: &mut Connection) -> Outcome<u64> {
    connection.send(&get("/cpu"))?;
    Ok(std::str::from_utf8(&connection.receive()?.1)?.parse()?)
}

fn main() -> Outcome<()> {
    let words: Vec<usize> = std::env::args().skip(1).map(|word| word.parse()).collect::<Result<_, _>>()?;
    let [port, connections, count] = words[..] else {
        return Err("usage: load PORT CONNECTIONS REQUESTS".into());
    };
    let port = u16::try_from(port)?;
    let mut connections: Vec<Connection> = (0..connections).map(|_| Connection::new(port)).collect::<Outcome<_>>()?;
    let requests = requests();
    let mut checksum = 0;
    let cpu = server_cpu(&mut connections[0])?;
    let start = Instant::now();
    for turn in 0..count / connections.len() {
        for (number, connection) in connections.iter_mut().enumerate() {
            connection.send(&requests[(turn + number * 13) % requests.len()])?;
        }
        for connection in &mut connections {
            let (status, body) = connection.receive()?;
            checksum = hash(hash(checksum, &status.to_le_bytes()), &body);
        }
    }
    let wall = start.elapsed().as_nanos();
    let cpu = server_cpu(&mut connections[0])? - cpu;
    println!("checksum {checksum:016x} wall {wall} cpu {cpu}");
    Ok(())
}
