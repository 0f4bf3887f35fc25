//! Client and server in one process: handshakes, messages, and what goes wrong.

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ClientConnection, Error, RootCertStore, ServerConfig, ServerConnection, SupportedProtocolVersion};
use std::io::{Read, Write};
use std::sync::Arc;

struct Parts {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

fn parts() -> Parts {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(vec!["server.test".to_owned()]).expect("a key");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    Parts { chain: vec![cert.der().clone()], key }
}

fn server(parts: &Parts, versions: &[&'static SupportedProtocolVersion], protocols: &[&str]) -> Arc<ServerConfig> {
    let builder = ServerConfig::builder_with_protocol_versions(versions).with_no_client_auth();
    let mut config = builder.with_single_cert(parts.chain.clone(), parts.key.clone_key()).expect("a configuration");
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    Arc::new(config)
}

fn client(trusted: &[CertificateDer<'static>], versions: &[&'static SupportedProtocolVersion], protocols: &[&str]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(trusted.iter().cloned());
    let builder = ClientConfig::builder_with_protocol_versions(versions);
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    Arc::new(config)
}

/// Moves all that one side has to say to the other.
fn pass(from: &mut rustls::Connection, to: &mut rustls::Connection) -> Result<bool, Error> {
    let mut bytes = Vec::new();
    while from.wants_write() {
        from.write_tls(&mut bytes).expect("memory");
    }
    let mut rest = bytes.as_slice();
    while !rest.is_empty() {
        to.read_tls(&mut rest).expect("memory");
        to.process_new_packets()?;
    }
    Ok(!bytes.is_empty())
}

fn talk(name: &str, server: &Arc<ServerConfig>, client: &Arc<ClientConfig>, host: &'static str) {
    let mut server = rustls::Connection::from(ServerConnection::new(server.clone()).expect("a server"));
    let host = ServerName::try_from(host).expect("a name");
    let mut client = rustls::Connection::from(ClientConnection::new(client.clone(), host).expect("a client"));
    loop {
        match (pass(&mut client, &mut server), pass(&mut server, &mut client)) {
            (Ok(false), Ok(false)) => break,
            (Ok(_), Ok(_)) => {}
            (one, other) => return println!("{name}: {:?} {:?}", one.err(), other.err()),
        }
    }
    let protocol = client.alpn_protocol().map(|name| String::from_utf8_lossy(name).into_owned());
    println!("{name}: {:?} {:?} {protocol:?} {:?}", client.protocol_version(), client.negotiated_cipher_suite().map(|suite| suite.suite()), client.handshake_kind());
    for length in [1, 1000, 100_000] {
        println!("  {length}: {}", echoed(&mut client, &mut server, length));
    }
    client.send_close_notify();
    pass(&mut client, &mut server).expect("an end");
    println!("  closed: {:?}", server.reader().read(&mut [0; 1]).map_err(|error| error.kind()));
}

fn echoed(client: &mut rustls::Connection, server: &mut rustls::Connection, length: usize) -> bool {
    let message: Vec<u8> = (0..length).map(|place| u8::try_from(place % 251).expect("a byte")).collect();
    let (mut sent, mut received) = (0, Vec::new());
    while received.len() < length {
        // What was not read yet has a limit.
        sent += client.writer().write(&message[sent..length.min(sent + 8192)]).expect("memory");
        pass(client, server).expect("a message");
        let mut part = vec![0; length];
        while let Ok(count @ 1..) = server.reader().read(&mut part) {
            received.extend_from_slice(&part[..count]);
        }
    }
    received == message
}

fn main() {
    rustls::crypto::ring::default_provider().install_default().expect("the first");
    let (ours, other) = (parts(), parts());
    for versions in [&[&TLS12][..], &[&TLS13], &[&TLS12, &TLS13]] {
        let server = server(&ours, versions, &["h2", "http/1.1"]);
        let client_config = client(&ours.chain, versions, &["http/1.1"]);
        for _ in 0..3 {
            talk("same versions", &server, &client_config, "server.test");
        }
        talk("another name", &server, &client_config, "elsewhere.test");
        talk("not trusted", &server, &client(&other.chain, versions, &[]), "server.test");
        talk("no protocol in common", &server, &client(&ours.chain, versions, &["nothing"]), "server.test");
    }
    talk("no version in common", &server(&ours, &[&TLS12], &[]), &client(&ours.chain, &[&TLS13], &[]), "server.test");
    let mut lonely = ServerConnection::new(server(&ours, &[&TLS13], &[])).expect("a server");
    let mut junk = &b"GET / HTTP/1.1\r\n\r\n"[..];
    println!("junk: {:?} {:?}", lonely.read_tls(&mut junk).is_ok(), lonely.process_new_packets().err());
}
