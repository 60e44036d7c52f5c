//! Printing the address and the logins once the server answers, while the server itself owns the terminal.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::process::parent_id;
use std::thread;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);

/// Copies standard input to standard output once `GET /readyz` answers 200. Says nothing if the server, which is the
/// parent of this process, ends before: it has then said itself why.
pub fn run(port: u16) -> Result<(), String> {
    let mut text = String::new();
    io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| format!("cannot read what to announce: {error}"))?;
    let (server, start) = (parent_id(), Instant::now());
    while !is_ready(port) {
        if parent_id() != server {
            return Ok(());
        }
        if start.elapsed() > PATIENCE {
            return Err(format!("the server on port {port} is not ready after {} s", PATIENCE.as_secs()));
        }
        pause();
    }
    println!("{text}");
    Ok(())
}

fn is_ready(port: u16) -> bool {
    status_line(port).is_ok_and(|line| line.starts_with("HTTP/1.1 200"))
}

fn status_line(port: u16) -> io::Result<String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    Ok(line)
}

#[expect(clippy::disallowed_methods, reason = "another process cannot call back: it can only be asked again")]
fn pause() {
    thread::sleep(PAUSE);
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// Answers one request with `status` and tells whether the port was then found ready.
    fn found_ready(status: &'static str) -> bool {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let head =
                BufReader::new(&stream).lines().map(Result::unwrap).take_while(|line| !line.is_empty());
            let request = head.collect::<Vec<_>>().swap_remove(0);
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).unwrap();
            request
        });
        let ready = is_ready(port);
        assert_eq!(server.join().unwrap(), "GET /readyz HTTP/1.1");
        ready
    }

    #[test]
    fn ready_means_200_and_nothing_else() {
        assert!(found_ready("200 OK"));
        assert!(!found_ready("503 Service Unavailable"));
    }

    #[test]
    fn a_closed_port_is_not_ready() {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        assert!(!is_ready(port));
    }
}
