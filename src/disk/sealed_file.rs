//! Files that only the holders of a key can read, in the format of age: whole streams, encrypted to public keys and
//! opened with private ones.

use crate::diag::{Code, Diagnostic};
use crate::disk::keys::own_keys;
use crate::format::sealed::cipher::{OwnKey, PublicKey};
use age::{Decryptor, Encryptor};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

/// The first bytes of a sealed file.
pub const HEAD: &[u8] = b"age-encryption.org/v1";

/// The public keys that a file is sealed to.
pub struct Recipients(Vec<PublicKey>);

/// A writer that seals what it is given. [`Sealing::finish`] ends the file; without it the file does not open.
pub struct Sealing<W: Write>(age::stream::StreamWriter<W>);

/// The private keys of a user.
pub struct Identities(Vec<OwnKey>);

impl Recipients {
    /// These public keys.
    pub fn of(keys: Vec<PublicKey>) -> Recipients {
        Recipients(keys)
    }

    /// Reads public keys, `age1...` or `ssh-ed25519 ...`; `option` is the option that they were typed for.
    ///
    /// # Errors
    /// Fails with every text that is no public key.
    pub fn parse(texts: &[String], option: &str) -> Result<Recipients, Vec<Diagnostic>> {
        let (mut keys, mut wrong) = (Vec::new(), Vec::new());
        for text in texts {
            match PublicKey::parse(text) {
                Some(key) => keys.push(key),
                None => wrong.push(no_recipient(text.trim(), option)),
            }
        }
        if wrong.is_empty() { Ok(Recipients(keys)) } else { Err(wrong) }
    }

    /// Begins a sealed file in `out`.
    ///
    /// # Errors
    /// Fails if the head of the file cannot be written.
    pub fn seal<W: Write>(&self, out: W) -> io::Result<Sealing<W>> {
        let keys = self.0.iter().map(PublicKey::recipient);
        let encryptor = Encryptor::with_recipients(keys).map_err(io::Error::other)?;
        encryptor.wrap_output(out).map(Sealing)
    }
}

impl<W: Write> Sealing<W> {
    /// Ends the sealed file.
    ///
    /// # Errors
    /// Fails if its last part cannot be written.
    pub fn finish(self) -> io::Result<W> {
        self.0.finish()
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Identities {
    /// Reads the private keys of a file.
    ///
    /// # Errors
    /// Fails as [`own_keys`] does.
    pub fn read(file: &Path) -> Result<Identities, Diagnostic> {
        own_keys(file).map(Identities)
    }

    /// Opens a sealed file; `None` if none of the keys opens it, or it is damaged at its beginning.
    pub fn open<R: Read + Seek>(&self, sealed: R) -> Option<impl Read + Seek + use<R>> {
        let decryptor = Decryptor::new(sealed).ok()?;
        decryptor.decrypt(self.0.iter().map(OwnKey::identity)).ok()
    }
}

fn no_recipient(text: &str, option: &str) -> Diagnostic {
    let shown: String = text.chars().take(40).collect();
    let is_secret = text.to_ascii_uppercase().starts_with("AGE-SECRET-KEY-");
    let message = match is_secret {
        true => words!(
            "{option}: this is a private key, not a public one",
            "{option}：这是私钥，不是公钥"
        ),
        false => words!("{option}: `{shown}` is no public key", "{option}：`{shown}` 不是公钥"),
    };
    Diagnostic::new(Code::BadArgument, message).help(words!(
        "a public key is `age1...` (`age-keygen -y FILE` prints it), or the line of an ed25519 key's .pub file",
        "公钥形如 `age1...`（`age-keygen -y 文件` 可打印），或 ed25519 公钥 .pub 文件中的一行"
    ))
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "files of tests")]
mod tests {
    use super::*;
    use std::io::Cursor;

    /// A pair of keys of age.
    fn pair() -> (String, String) {
        use age::secrecy::ExposeSecret;
        let secret = age::x25519::Identity::generate();
        (secret.to_public().to_string(), secret.to_string().expose_secret().to_owned())
    }

    fn identities(text: &str) -> Result<Identities, Diagnostic> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key.txt");
        std::fs::write(&file, text).unwrap();
        Identities::read(&file)
    }

    fn sealed(to: &[&str], text: &[u8]) -> Vec<u8> {
        let keys: Vec<String> = to.iter().map(|key| (*key).to_owned()).collect();
        let mut sealing = Recipients::parse(&keys, "--to").ok().unwrap().seal(Vec::new()).unwrap();
        sealing.write_all(text).unwrap();
        sealing.finish().unwrap()
    }

    fn opened(keys: &Identities, sealed: &[u8]) -> Option<Vec<u8>> {
        let mut text = Vec::new();
        keys.open(Cursor::new(sealed))?.read_to_end(&mut text).ok()?;
        Some(text)
    }

    #[test]
    fn each_recipient_opens_it_and_nobody_else() {
        let (one, other, third) = (pair(), pair(), pair());
        let text = vec![7; 200_000];
        let sealed = sealed(&[&one.0, &other.0], &text);
        assert!(sealed.starts_with(HEAD));
        for secret in [&one.1, &other.1] {
            let keys = identities(&format!("# mine\n{secret}\n")).unwrap();
            assert!(opened(&keys, &sealed).unwrap() == text);
        }
        assert_eq!(opened(&identities(&third.1).unwrap(), &sealed), None);
        // A cut file does not open to the end.
        let keys = identities(&one.1).unwrap();
        assert_eq!(opened(&keys, &sealed[..sealed.len() - 1]), None);
        assert_eq!(opened(&keys, &sealed[..sealed.len() / 2]), None);
    }

    #[test]
    fn what_are_no_keys() {
        let secret = pair().1;
        for text in ["", "age1", "zhang", "ssh-ed25519 AAAA", &secret] {
            let wrong = Recipients::parse(&[text.to_owned()], "--to").err().unwrap();
            assert_eq!(wrong.len(), 1, "{text}");
            let shown = format!("{:?}", wrong[0]);
            assert!(!shown.contains("SECRET-KEY-1"), "a secret is not repeated: {shown}");
        }
        for text in ["", "zhang", "# nothing\n"] {
            assert!(identities(text).is_err(), "{text}");
        }
        assert!(Identities::read(Path::new("/nowhere/key")).is_err());
    }
}
