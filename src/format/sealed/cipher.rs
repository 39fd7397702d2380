//! The cryptography of sealed values, all of it from two crates: `age` wraps a data key for a reader, and
//! XChaCha20-Poly1305 seals a value with a data key, bound to its place.

use crate::diag::Words;
use crate::format::line::base32;
use crate::value::sealed::KeyName;
use age::secrecy::{ExposeSecret, SecretBox};
use age::ssh::{Identity as SshIdentity, Recipient as SshRecipient};
use age::{Decryptor, Encryptor, Identity, Recipient, x25519};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use chacha20poly1305::aead::rand_core::RngCore;
use chacha20poly1305::aead::{Aead, AeadCore, KeyInit, OsRng, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use std::fmt;
use std::io::{Read, Write};

/// The bytes of a data key.
const KEY: usize = 32;
/// The bytes of a nonce.
const NONCE: usize = 24;

/// A key that seals and opens the values of one level in one file.
pub struct DataKey(SecretBox<[u8; KEY]>);

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey")
    }
}

impl DataKey {
    /// A new key.
    pub fn random() -> DataKey {
        DataKey(SecretBox::new(Box::new(XChaCha20Poly1305::generate_key(&mut OsRng).into())))
    }

    fn of(bytes: &[u8]) -> Option<DataKey> {
        let bytes: [u8; KEY] = bytes.try_into().ok()?;
        Some(DataKey(SecretBox::new(Box::new(bytes))))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.0.expose_secret().into())
    }

    /// Seals a text for a place; `None` if it is too long for the cipher.
    pub fn seal(&self, text: &str, place: &[u8]) -> Option<String> {
        let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
        let payload = Payload { msg: text.as_bytes(), aad: place };
        let sealed = self.cipher().encrypt(&nonce, payload).ok()?;
        Some(BASE64_URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()))
    }

    /// Opens a text that was sealed for this place with this key; `None` for any other.
    pub fn open(&self, body: &str, place: &[u8]) -> Option<String> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(body).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
        let payload = Payload { msg: sealed, aad: place };
        let open = self.cipher().decrypt(XNonce::from_slice(nonce), payload).ok()?;
        String::from_utf8(open).ok()
    }

    /// Wraps the key, with its name, for a reader.
    pub fn wrap(&self, name: &KeyName, reader: &PublicKey) -> Option<String> {
        let encryptor = Encryptor::with_recipients(std::iter::once(reader.recipient())).ok()?;
        let mut wrapped = Vec::new();
        let mut writer = encryptor.wrap_output(&mut wrapped).ok()?;
        writer.write_all(self.0.expose_secret()).ok()?;
        writer.write_all(name.as_str().as_bytes()).ok()?;
        writer.finish().ok()?;
        Some(BASE64_STANDARD_NO_PAD.encode(wrapped))
    }
}

/// A random name of `digits` digits, at most 12.
pub fn random_name(digits: usize) -> String {
    let (one, other) = (OsRng.next_u64(), OsRng.next_u64());
    [base32(one, 6), base32(other, 6)].concat().chars().take(digits).collect()
}

/// A reader's public key.
#[derive(Clone)]
pub struct PublicKey(Known);

#[derive(Clone)]
enum Known {
    Age(x25519::Recipient),
    Ssh(SshRecipient),
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Known::Age(key) => write!(f, "{key}"),
            Known::Ssh(key) => write!(f, "{key}"),
        }
    }
}

impl PublicKey {
    /// The key as `age` seals to it.
    pub fn recipient(&self) -> &dyn Recipient {
        match &self.0 {
            Known::Age(recipient) => recipient,
            Known::Ssh(recipient) => recipient,
        }
    }

    /// The key in a text: `age1…`, or `ssh-ed25519 …` as a file `.pub` has it.
    pub fn parse(text: &str) -> Option<PublicKey> {
        let text = text.trim();
        if text.starts_with("ssh-ed25519 ") {
            let key: SshRecipient = text.parse().ok()?;
            return matches!(key, SshRecipient::SshEd25519(..))
                .then_some(PublicKey(Known::Ssh(key)));
        }
        text.parse().ok().map(|key| PublicKey(Known::Age(key)))
    }
}

/// A user's own, private key.
pub enum OwnKey {
    /// `AGE-SECRET-KEY-1…`
    Age(x25519::Identity),
    /// An OpenSSH key of the type ed25519, without a passphrase.
    Ssh(Box<SshIdentity>),
}

impl fmt::Debug for OwnKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnKey")
    }
}

/// The reason why a file of keys cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadKey {
    /// It has no key.
    None,
    /// The key has a passphrase.
    Passphrase,
    /// The key is of another type.
    Type,
}

impl BadKey {
    /// The reason, for people.
    pub fn words(self) -> Words {
        match self {
            BadKey::None => words!("it has no private key", "其中没有私钥"),
            BadKey::Passphrase => {
                words!(
                    "its key has a passphrase, which is not asked for",
                    "私钥有口令，本程序不会询问"
                )
            }
            BadKey::Type => words!("its key is not of the type ed25519", "私钥不是 ed25519 类型"),
        }
    }
}

impl OwnKey {
    /// The private keys in the text of a file: those of `age-keygen`, or one of `ssh-keygen -t ed25519`.
    ///
    /// # Errors
    /// Fails if there is none that can be used.
    pub fn all(text: &str) -> Result<Vec<OwnKey>, BadKey> {
        if text.trim_start().starts_with("-----BEGIN") {
            return match SshIdentity::from_buffer(text.as_bytes(), None) {
                Ok(SshIdentity::Encrypted(_)) => Err(BadKey::Passphrase),
                Ok(key @ SshIdentity::Unencrypted(_)) => {
                    match SshRecipient::try_from(key.clone()) {
                        Ok(SshRecipient::SshEd25519(..)) => Ok(vec![OwnKey::Ssh(Box::new(key))]),
                        _ => Err(BadKey::Type),
                    }
                }
                Ok(_) => Err(BadKey::Type),
                Err(_) => Err(BadKey::None),
            };
        }
        let keys = text.lines().filter_map(|line| line.trim().parse().ok());
        let keys: Vec<OwnKey> = keys.map(OwnKey::Age).collect();
        if keys.is_empty() { Err(BadKey::None) } else { Ok(keys) }
    }

    /// The key as `age` opens with it.
    pub fn identity(&self) -> &dyn Identity {
        match self {
            OwnKey::Age(key) => key,
            OwnKey::Ssh(key) => &**key,
        }
    }

    /// The public key, as settings have it.
    pub fn public(&self) -> Option<String> {
        match self {
            OwnKey::Age(key) => Some(key.to_public().to_string()),
            OwnKey::Ssh(key) => {
                let key = SshRecipient::try_from((**key).clone()).ok()?;
                Some(PublicKey(Known::Ssh(key)).to_string())
            }
        }
    }

    /// The data key of a name that is wrapped for this key; `None` if it is for another one, or not a wrapped key of
    /// this name.
    pub fn unwrap(&self, name: &KeyName, wrapped: &str) -> Option<DataKey> {
        let bytes = BASE64_STANDARD_NO_PAD.decode(wrapped).ok()?;
        let decryptor = Decryptor::new_buffered(&bytes[..]).ok()?;
        let mut reader = decryptor.decrypt(std::iter::once(self.identity())).ok()?;
        let mut payload = Vec::with_capacity(KEY + name.as_str().len());
        reader.read_to_end(&mut payload).ok()?;
        let (key, of) = payload.split_at_checked(KEY)?;
        (of == name.as_str().as_bytes()).then(|| DataKey::of(key)).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name() -> KeyName {
        KeyName::parse("k3f9x2a7qd-1m2p4").unwrap()
    }

    #[test]
    fn a_value_opens_at_its_place_only() {
        let (key, other) = (DataKey::random(), DataKey::random());
        let body = key.seal("\"138 0000\"", b"contact phone").unwrap();
        assert_eq!(key.open(&body, b"contact phone").as_deref(), Some("\"138 0000\""));
        assert_eq!(key.open(&body, b"contact email"), None);
        assert_eq!(other.open(&body, b"contact phone"), None);
        for length in 0..body.len() {
            assert_eq!(key.open(&body[..length], b"contact phone"), None, "{length}");
        }
        assert_ne!(key.seal("x", b"").unwrap(), key.seal("x", b"").unwrap());
    }

    #[test]
    fn a_wrapped_key_is_for_its_reader_and_its_name() {
        let own = OwnKey::Age(x25519::Identity::generate());
        let other = OwnKey::Age(x25519::Identity::generate());
        let public = PublicKey::parse(&own.public().unwrap()).unwrap();
        let key = DataKey::random();
        let wrapped = key.wrap(&name(), &public).unwrap();
        let back = own.unwrap(&name(), &wrapped).unwrap();
        assert_eq!(back.open(&key.seal("x", b"p").unwrap(), b"p").as_deref(), Some("x"));
        assert!(other.unwrap(&name(), &wrapped).is_none());
        let renamed = KeyName::parse("k3f9x2a7qd-2m2p4").unwrap();
        assert!(own.unwrap(&renamed, &wrapped).is_none());
        assert!(own.unwrap(&name(), &wrapped[..wrapped.len() - 4]).is_none());
    }

    #[test]
    fn keys_that_cannot_be_used() {
        for text in ["", "age1xyz", "ssh-rsa AAAA", "ssh-ed25519 AAAA", "ssh-ed25519 "] {
            assert!(PublicKey::parse(text).is_none(), "{text}");
        }
        assert_eq!(OwnKey::all("# created\n").unwrap_err(), BadKey::None);
        assert_eq!(
            OwnKey::all("-----BEGIN OPENSSH PRIVATE KEY-----\nx").unwrap_err(),
            BadKey::None
        );
    }

    #[test]
    fn names_are_of_their_length() {
        assert_eq!(random_name(10).len(), 10);
        assert!(KeyName::new(&random_name(10), 1, &random_name(4)).is_some());
    }
}
