//! Proxies: used where the variables say so, named when they fail, their password shown nowhere.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::fake_aws::sts::{Certificate, ELSEWHERE, Role, Sts, Trust, User};
use crate::scenes::{BASTION, PRODUCTION, Scene, binary};
use crate::support::world::World;

const READ: [&str; 2] = ["production", "read"];

/// A proxy that tunnels, or answers every CONNECT with one status line.
struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    refuses: Option<&'static str>,
    connections: AtomicUsize,
    tunnels: AtomicUsize,
    target: Mutex<String>,
    authorization: Mutex<Option<String>>,
    stopping: AtomicBool,
}

impl Proxy {
    fn start(refuses: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared { refuses, ..Shared::default() });
        let of_thread = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if of_thread.stopping.load(Ordering::SeqCst) {
                    break;
                }
                let shared = Arc::clone(&of_thread);
                std::thread::spawn(move || shared.serve(stream));
            }
        });
        Self { address, shared }
    }

    fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    fn tunnels(&self) -> usize {
        self.shared.tunnels.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn serve(&self, mut client: TcpStream) -> Option<()> {
        self.connections.fetch_add(1, Ordering::SeqCst);
        let mut reader = BufReader::new(client.try_clone().ok()?);
        let mut first = String::new();
        reader.read_line(&mut first).ok()?;
        let mut line = String::new();
        while reader.read_line(&mut line).ok()? > 2 {
            if line.to_ascii_lowercase().starts_with("proxy-authorization:") {
                *self.authorization.lock().unwrap() = Some(line.trim().to_owned());
            }
            line.clear();
        }
        let target = first.strip_prefix("CONNECT ")?.split(' ').next()?.to_owned();
        self.tunnels.fetch_add(1, Ordering::SeqCst);
        self.target.lock().unwrap().clone_from(&target);
        if let Some(status) = self.refuses {
            write!(client, "HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").ok()?;
            return None;
        }
        let mut server = TcpStream::connect(target.replace(ELSEWHERE, "127.0.0.1")).ok()?;
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").ok()?;
        let (mut from_server, mut to_client) = (server.try_clone().ok()?, client.try_clone().ok()?);
        std::thread::spawn(move || std::io::copy(&mut from_server, &mut to_client));
        std::io::copy(&mut client, &mut server).ok()?;
        server.shutdown(std::net::Shutdown::Both).ok()
    }
}

/// A user without MFA, and an STS behind https under a name that is not this machine's.
fn scene() -> Scene {
    let mut scene = scene_on_loopback(Sts::start_tls(Certificate::Good).unwrap());
    let url = scene.sts.url().replace("127.0.0.1", ELSEWHERE);
    for variable in ["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_IAM"] {
        scene.world.set(variable, url.clone());
    }
    scene
}

fn scene_on_loopback(sts: Sts) -> Scene {
    let key = sts.add_user(User::new(BASTION, "alice"));
    sts.add_role(Role::new(PRODUCTION, "read").trusts(Trust::account(BASTION)));
    let world = World::with_sts(binary(), &sts).unwrap();
    world.base(&key).unwrap();
    world.accounts(&format!(r#"{{"production": "{PRODUCTION}"}}"#)).unwrap();
    Scene { sts, world, key }
}

#[test]
fn the_proxy_of_the_variable_is_used() {
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let (mut scene, proxy) = (scene(), Proxy::start(None));
        scene.world.set(variable, format!("http://{}", proxy.address));
        scene.switch(&READ);
        assert!(proxy.tunnels() > 0, "{variable}");
    }
}

#[test]
fn user_and_password_reach_the_proxy_only() {
    let (mut scene, proxy) = (scene(), Proxy::start(None));
    scene.world.set("HTTPS_PROXY", format!("http://user:PASSWORD@{}", proxy.address));
    let told = scene.switch(&["production", "read", "-v"]);
    told.assert_silent_about("PASSWORD");
    assert!(proxy.shared.authorization.lock().unwrap().as_ref().unwrap().contains("Basic "));
}

/// An endpoint on this machine is asked straight, whatever the variables say: over plain http a
/// proxy would read the keys of every reply.
#[test]
fn no_byte_for_this_machine_goes_to_a_proxy() {
    let proxied = |scene: &mut Scene| {
        let proxy = Proxy::start(Some("502 Bad Gateway"));
        for variable in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"] {
            scene.world.set(variable, format!("http://{}", proxy.address));
        }
        scene.switch(&["production", "read", "--refresh"]);
        assert_eq!(proxy.connections(), 0);
    };
    proxied(&mut scene_on_loopback(Sts::start_tls(Certificate::Good).unwrap()));
    let mut plain = scene_on_loopback(Sts::start().unwrap());
    proxied(&mut plain);
    let localhost = plain.sts.url().replace("127.0.0.1", "localhost");
    plain.world.set("AWS_ENDPOINT_URL_STS", localhost);
    proxied(&mut plain);
}

#[test]
fn hosts_that_need_no_proxy_get_none() {
    for exceptions in ["*", ELSEWHERE, ".elsewhere.test"] {
        let (mut scene, proxy) = (scene(), Proxy::start(Some("502 Bad Gateway")));
        scene.world.set("HTTPS_PROXY", format!("http://{}", proxy.address));
        scene.world.set("NO_PROXY", exceptions);
        let said = scene.refused(6, &READ);
        assert!(said.contains("lookup") || said.contains("resolve"), "{said}");
        assert_eq!(proxy.connections(), 0);
    }
}

#[test]
fn a_socks_proxy_is_refused_by_its_variable() {
    let mut scene = scene();
    scene.world.set("ALL_PROXY", "socks5://user:PASSWORD@127.0.0.1:1080");
    let said = scene.refused(3, &READ);
    assert!(said.contains("ALL_PROXY names a SOCKS proxy") && !said.contains("PASSWORD"), "{said}");
}

#[test]
fn a_proxy_that_refuses_is_named_by_its_variable() {
    for status in ["407 Proxy Authentication Required", "403 Forbidden", "502 Bad Gateway"] {
        let (mut scene, proxy) = (scene(), Proxy::start(Some(status)));
        scene.world.set("HTTPS_PROXY", format!("http://user:PASSWORD@{}", proxy.address));
        let said = scene.refused(6, &READ);
        assert!(said.contains("HTTPS_PROXY") && !said.contains("PASSWORD"), "{said}");
        assert_eq!(scene.sts.connections(), 0);
    }
}

#[test]
fn a_proxy_that_is_not_there_is_an_error_without_its_password() {
    let mut scene = scene();
    let closed = super::retries::closed_port().replace("http://", "http://user:PASSWORD@");
    scene.world.set("HTTPS_PROXY", closed);
    let said = scene.refused(6, &READ);
    assert!(said.contains("HTTPS_PROXY") && !said.contains("PASSWORD"), "{said}");
}

#[test]
fn a_proxy_that_speaks_plain_http_where_tls_is_asked_for_is_an_error() {
    let (mut scene, proxy) = (scene(), Proxy::start(Some("400 Bad Request")));
    scene.world.set("HTTPS_PROXY", format!("https://user:PASSWORD@{}", proxy.address));
    let said = scene.refused(6, &READ);
    assert!(said.contains("HTTPS_PROXY") && !said.contains("PASSWORD"), "{said}");
    assert_eq!((proxy.tunnels(), scene.sts.connections()), (0, 0));
}

#[test]
fn an_invalid_proxy_url_does_not_crash() {
    for value in ["://", "http://[", "\u{1b}[31m", "http://127.0.0.1:99999"] {
        let mut scene = scene();
        scene.world.set("HTTPS_PROXY", value);
        let ran = scene.export(&READ);
        assert!(
            [0, 3, 6].contains(&ran.status) && !ran.stderr.contains('\u{1b}'),
            "{value}: {ran:?}"
        );
    }
}

/// Whom the proxy is asked for tells which STS is asked, without any packet to it.
#[test]
fn the_one_sts_of_old_regions_is_asked_where_variable_or_profile_say_so() {
    let (mut scene, proxy) = (scene(), Proxy::start(Some("502 Bad Gateway")));
    scene.world.set("HTTPS_PROXY", format!("http://{}", proxy.address));
    scene.world.set("NO_PROXY", "127.0.0.1");
    scene.world.unset("AWS_ENDPOINT_URL_STS");
    scene.world.config("[default]\nsts_regional_endpoints = legacy\n[profile p]\nrole_arn = arn:aws:iam::123456789012:role/read\nsource_profile = default\n").unwrap();
    let asked = |scene: &Scene, words: &[&str]| {
        scene.refused(6, words);
        proxy.shared.target.lock().unwrap().clone()
    };
    assert_eq!(asked(&scene, &["production", "read", "eu-west-1"]), "sts.amazonaws.com:443");
    assert_eq!(
        asked(&scene, &["production", "read", "af-south-1"]),
        "sts.af-south-1.amazonaws.com:443"
    );
    assert_eq!(asked(&scene, &["p", "eu-west-1"]), "sts.eu-west-1.amazonaws.com:443");
    scene.world.set("AWS_STS_REGIONAL_ENDPOINTS", "regional");
    assert_eq!(
        asked(&scene, &["production", "read", "eu-west-1"]),
        "sts.eu-west-1.amazonaws.com:443"
    );
    scene.world.set("AWS_STS_REGIONAL_ENDPOINTS", "legacy");
    assert_eq!(asked(&scene, &["p", "eu-west-1"]), "sts.amazonaws.com:443");
    scene.world.set("AWS_STS_REGIONAL_ENDPOINTS", "global");
    assert!(scene.refused_at_once(3, &READ).contains("AWS_STS_REGIONAL_ENDPOINTS: 'global'"));
}
