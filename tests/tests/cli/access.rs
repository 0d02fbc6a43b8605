//! Tokens, profiles, and the refusal to be open to everybody.

use crate::{Service, product, run};

#[test]
fn nobody_is_served_without_a_token_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = product(folder.path());
    command.args(["server", "--listen", "0.0.0.0:0"]);
    let refused = run(command);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.err.contains("refusing to listen on 0.0.0.0") && refused.err.contains("token new"), "{refused:?}");
}

#[test]
fn tokens_open_what_their_role_allows() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = String::new();
    let mut token = |name: &str, role: &str| {
        let mut command = product(folder.path());
        command.args(["token", "new", "--name", name, "--role", role, "--json"]);
        let made = run(command).json();
        file.push_str(&format!("[[token]]\nname = \"{name}\"\nrole = \"{role}\"\nsha256 = {}\n", made["sha256"]));
        made["token"].as_str().unwrap().to_owned()
    };
    let (admin, viewer) = (token("ann", "admin"), token("vic", "viewer"));
    std::fs::write(folder.path().join("tokens.toml"), file).unwrap();
    let mut command = product(folder.path());
    command.args(["server", "--listen", "127.0.0.1:0", "--tokens", "tokens.toml", "--json"]);
    let server = Service::start(command, folder, "listening");

    let nobody = server.run(&["runs", "ls"]);
    assert_eq!(nobody.code, Some(1), "{nobody:?}");
    assert!(nobody.err.contains("[unauthorized]") && nobody.err.contains("--token"), "{nobody:?}");
    assert_eq!(server.run(&["runs", "ls", "--token", &viewer]).code, Some(0));
    assert!(server.run(&["deploy", "--token", &viewer]).err.contains("[forbidden]"));
    assert_eq!(server.run(&["deploy", "--token", &admin]).code, Some(0));

    // The same through a profile whose token comes from a program.
    let profile = |arguments: &[&str]| {
        let mut command = product(server.folder.path());
        command.args(arguments);
        run(command)
    };
    let print = format!("echo {viewer}");
    assert_eq!(profile(&["profile", "add", "here", &server.url, "--token-command", &print]).code, Some(0));
    assert_eq!(profile(&["runs", "ls"]).code, Some(0));
    assert!(profile(&["profile", "ls"]).out.contains("here"));
    let doctor = profile(&["doctor"]);
    assert!(doctor.out.contains("vic (viewer)") && doctor.out.contains("(profile here)"), "{doctor:?}");
}
