//! `token new`.

use headwater_api::Role;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::{
    args::TokenCommand,
    context::Context,
    edge,
    failure::{Done, Exit, Failure},
};

/// A token with the entry that makes a server accept it.
#[derive(Debug, Serialize)]
struct NewToken {
    token: String,
    name: String,
    role: Role,
    sha256: String,
}

pub(crate) fn token(context: &Context, command: TokenCommand) -> Done {
    let TokenCommand::New { name, role } = command;
    let random = || Failure::local("the system has no source of random numbers, so no token can be made");
    let secret = edge::random::<32>().ok_or_else(random)?;
    let new = make(name, role.into(), &secret);
    let entry = entry(&new)?;
    context.output.show(&new, |_| {
        format!("token, shown only now:\n  {}\n\nentry for the server's --tokens file:\n\n{entry}", new.token)
    })?;
    Ok(Exit::Success)
}

fn make(name: String, role: Role, secret: &[u8; 32]) -> NewToken {
    let token = format!("hw_{}", hex(secret));
    let sha256 = hex(&Sha256::digest(token.as_bytes()));
    NewToken { token, name, role, sha256 }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn entry(new: &NewToken) -> Result<String, Failure> {
    #[derive(Serialize)]
    struct File<'a> {
        token: [Entry<'a>; 1],
    }
    #[derive(Serialize)]
    struct Entry<'a> {
        name: &'a str,
        role: Role,
        sha256: &'a str,
    }
    let entry = Entry { name: &new.name, role: new.role, sha256: &new.sha256 };
    toml::to_string(&File { token: [entry] }).map_err(|error| Failure::local(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_holds_the_hash_and_not_the_token() {
        let new = make("ci \"x\"".into(), Role::Operator, &[7; 32]);
        assert_eq!(new.token, format!("hw_{}", "07".repeat(32)));
        insta::assert_snapshot!(entry(&new).unwrap());
    }
}
