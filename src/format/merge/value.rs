//! Compares values by their meaning.

use toml::de::{DeTable, DeValue};

/// Have two values one meaning, even if they are written differently?
pub fn same(a: &str, b: &str) -> bool {
    let parsed = (DeValue::parse(a), DeValue::parse(b));
    a == b || matches!(parsed, (Ok(a), Ok(b)) if alike(a.get_ref(), b.get_ref()))
}

fn alike(a: &DeValue, b: &DeValue) -> bool {
    match (a, b) {
        (DeValue::String(a), DeValue::String(b)) => a == b,
        (DeValue::Integer(a), DeValue::Integer(b)) => {
            (a.as_str(), a.radix()) == (b.as_str(), b.radix())
        }
        (DeValue::Float(a), DeValue::Float(b)) => a.as_str() == b.as_str(),
        (DeValue::Boolean(a), DeValue::Boolean(b)) => a == b,
        (DeValue::Datetime(a), DeValue::Datetime(b)) => a == b,
        (DeValue::Array(a), DeValue::Array(b)) => {
            a.len() == b.len()
                && a.iter().zip(b.iter()).all(|(a, b)| alike(a.get_ref(), b.get_ref()))
        }
        (DeValue::Table(a), DeValue::Table(b)) => tables_alike(a, b),
        _ => false,
    }
}

fn tables_alike(a: &DeTable, b: &DeTable) -> bool {
    let there =
        |key: &str, value: &DeValue| b.get(key).is_some_and(|other| alike(value, other.get_ref()));
    a.len() == b.len() && a.iter().all(|(key, value)| there(key.get_ref(), value.get_ref()))
}
