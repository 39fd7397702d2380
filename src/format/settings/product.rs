//! `[[product]]`: the things that are sold.

use super::{label, needs_id, unknown};
use crate::diag::{Code, Diagnostic};
use crate::format::tree::{Reader, TomlValue};
use crate::model::sales::Product;
use crate::model::settings::Settings;
use crate::value::id;
use crate::value::money::Amount;

/// Keys of `[[product]]`.
pub const PRODUCT_KEYS: [&str; 6] = ["id", "label", "price", "cost", "unit", "standard"];

/// Reads all products.
pub(in crate::format) fn products(reader: &mut Reader, settings: &mut Settings, value: &TomlValue) {
    for (table, span) in reader.tables("product", value) {
        let mut product = Product::default();
        for (key, value) in table {
            let name: &str = key.get_ref();
            match name {
                "id" => product.id = reader.text(name, value).unwrap_or_default(),
                "label" => product.label = label(reader, name, value),
                "price" => product.price = reader.money(name, value),
                "cost" => product.cost = reader.money(name, value),
                "unit" => product.unit = reader.text(name, value),
                "standard" => {
                    if let Some(weight) = reader.amount(name, value) {
                        product.standard = weight;
                    }
                }
                _ => unknown(reader, key.span(), "[[product]]", name, &PRODUCT_KEYS),
            }
        }
        let id = &product.id;
        let wrong = if let Err(bad) = id::validate(id) {
            let span = table.get("id").map_or(span, |id| id.span());
            reader.problem(span, needs_id(&words!("product", "产品"), &bad));
            continue;
        } else if settings.product(id).is_some() {
            words!("the product `{id}` appears twice", "产品 `{id}` 出现两次")
        } else if [product.price, product.cost].iter().flatten().any(|m| m.amount.is_negative())
            || Amount::is_negative(product.standard)
        {
            words!(
                "`price`, `cost` and `standard` of the product `{id}` cannot be less than 0",
                "产品 `{id}` 的 `price`、`cost`、`standard` 不能小于 0"
            )
        } else {
            settings.products.push(product);
            continue;
        };
        reader.problem(span, Diagnostic::new(Code::BadSetting, wrong));
    }
}
