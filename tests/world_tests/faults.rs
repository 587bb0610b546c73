//! Faults on request, and what they leave behind.

use std::sync::mpsc::channel;
use std::time::Duration;

use super::wire::send;
use super::{BASTION, SERIAL, assume, bastion, refusal};
use crate::fake_aws::listener::Listener;
use crate::fake_aws::sts::{Certificate, Fault, Gate, Sts, Trust};
use crate::support::client::{Keys, ask, caller_arn};
use crate::support::process::PATIENCE;
use crate::support::world::World;

#[test]
fn a_fault_strikes_once_and_in_order() {
    let (sts, alice) = bastion(Trust::account(BASTION));
    sts.fail_next("AssumeRole", Fault::throttle());
    sts.fail_next("AssumeRole", Fault::internal());
    assert!(caller_arn(&sts.url(), &Keys::from(&alice)).is_ok());
    assert_eq!(refusal(ask(assume(&sts, &alice).send())), "Throttling: Rate exceeded");
    assert!(refusal(ask(assume(&sts, &alice).send())).starts_with("InternalFailure"));
    assert!(ask(assume(&sts, &alice).send()).is_ok());
    sts.fail_always("AssumeRole", Some(Fault::portal()));
    for _ in 0..2 {
        assert!(ask(assume(&sts, &alice).send()).is_err());
    }
    sts.fail_always("AssumeRole", None);
    assert!(ask(assume(&sts, &alice).send()).is_ok());
}

#[test]
fn a_lost_answer_has_used_the_code() {
    let (sts, alice) = bastion(Trust::account(BASTION).mfa());
    let code = sts.mfa_code(SERIAL);
    let with_code = || ask(assume(&sts, &alice).serial_number(SERIAL).token_code(&code).send());
    sts.fail_next("AssumeRole", Fault::throttle());
    assert!(with_code().is_err());
    for fault in [Fault::Close, Fault::CutAfter(60)] {
        sts.fail_next("AssumeRole", fault);
    }
    assert!(with_code().is_err());
    assert_eq!(sts.issued().len(), 1, "the throttled call made nothing, the lost one did");
    assert!(with_code().is_err());
    assert!(refusal(with_code()).contains("invalid MFA one time pass code"));
}

#[test]
fn an_answer_is_cut_where_asked() {
    let (sts, _) = bastion(Trust::account(BASTION));
    let who = "Action=GetCallerIdentity";
    send(&sts, &[], who);
    let length = sts.last("GetCallerIdentity").unwrap().reply_length;
    for cut in [40, length - 1] {
        sts.fail_next("GetCallerIdentity", Fault::CutAfter(cut));
        let reply = super::wire::raw(&sts, &[], who);
        assert_eq!(reply.len(), cut);
    }
}

#[test]
fn fields_and_headers_can_be_forged() {
    let (sts, alice) = bastion(Trust::account(BASTION));
    sts.fail_next("AssumeRole", Fault::replace("AccessKeyId", "$(touch x)<&>"));
    let answer = ask(assume(&sts, &alice).send()).unwrap();
    assert_eq!(answer.credentials().unwrap().access_key_id(), "$(touch x)<&>");
    sts.fail_next("GetCallerIdentity", Fault::Date("yesterday".to_owned()));
    assert!(
        super::wire::raw(&sts, &[], "Action=GetCallerIdentity").contains("\r\nDate: yesterday\r\n")
    );
    sts.fail_next(
        "GetCallerIdentity",
        Fault::Redirect { status: 307, to: "http://other.test/".to_owned() },
    );
    let reply = super::wire::raw(&sts, &[], "Action=GetCallerIdentity");
    assert!(
        reply.starts_with("HTTP/1.1 307 ") && reply.contains("Location: http://other.test/"),
        "{reply}"
    );
    sts.fail_next("GetCallerIdentity", Fault::Huge(1 << 20));
    assert!(super::wire::raw(&sts, &[], "Action=GetCallerIdentity").len() > 1 << 20);
}

#[test]
fn a_paused_answer_waits_for_the_gate() {
    let (sts, alice) = bastion(Trust::account(BASTION));
    let gate = Gate::new();
    sts.fail_next("GetCallerIdentity", Fault::Pause(gate.clone()));
    let (url, keys) = (sts.url(), Keys::from(&alice));
    let (send, receive) = channel();
    let thread = std::thread::spawn(move || send.send(caller_arn(&url, &keys)).unwrap());
    assert!(gate.wait_reached(PATIENCE));
    assert!(receive.try_recv().is_err(), "nothing arrives while the gate is closed");
    gate.release();
    assert!(receive.recv_timeout(PATIENCE).unwrap().is_ok());
    thread.join().unwrap();
}

#[test]
fn a_server_with_hanging_clients_stops() {
    let (sts, alice) = bastion(Trust::account(BASTION));
    let (url, keys) = (sts.url(), Keys::from(&alice));
    let gate = Gate::new();
    let faults = [Fault::Hang, Fault::Delay(Duration::from_secs(3600)), Fault::Pause(gate.clone())];
    for fault in faults {
        sts.fail_next("GetCallerIdentity", fault);
    }
    let clients: Vec<_> = (0..3)
        .map(|_| {
            let (url, keys) = (url.clone(), keys.clone());
            std::thread::spawn(move || caller_arn(&url, &keys).is_err())
        })
        .collect();
    assert!(gate.wait_reached(PATIENCE));
    while sts.count("GetCallerIdentity") < 3 {
        std::thread::yield_now();
    }
    drop(sts);
    assert!(clients.into_iter().all(|client| client.join().unwrap()));
}

#[test]
fn silence_is_counted() {
    let listener = Listener::start().unwrap();
    assert_eq!(listener.connections(), 0);
    let stream = std::net::TcpStream::connect(listener.address()).unwrap();
    while listener.connections() == 0 {
        std::thread::yield_now();
    }
    drop(stream);
}

#[test]
fn https_is_trusted_through_the_authority_only() {
    let Some(curl) = crate::support::tools::find("curl") else { return };
    for (kind, trusted) in
        [(Certificate::Good, true), (Certificate::Expired, false), (Certificate::WrongName, false)]
    {
        let sts = Sts::start_tls(kind).unwrap();
        let world = World::with_sts("/bin/true", &sts).unwrap();
        let mut command = world.command_of(&curl);
        command
            .args(["--silent", "--show-error", "--data", "Action=GetCallerIdentity", "--cacert"]);
        command.arg(world.root().join("ca.pem")).arg(sts.url());
        let ran = crate::support::process::run(command, b"").unwrap();
        assert_eq!(ran.stdout.contains("MissingAuthenticationToken"), trusted, "{kind:?}: {ran:?}");
        assert_eq!(sts.count("GetCallerIdentity"), usize::from(trusted));
    }
}
