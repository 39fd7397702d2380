//! Solutions (知识库): the pages of `knowledge/`, each about a kind of case.

use crate::value::text::Text;
use std::path::PathBuf;

/// A page of solutions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Solution {
    /// Its file, below the ledger's root.
    pub path: PathBuf,
    /// Its title: of its front matter, else its first heading, else the name of its file.
    pub title: Text,
    /// The categories of case that it is for.
    pub categories: Vec<Text>,
    /// The products that it is for; none: any.
    pub products: Vec<Text>,
    /// The text below its front matter.
    pub text: String,
}

impl Solution {
    /// Does it fit a case of a category and a product? It is for this category, and for this product or any; or for this
    /// product and any category.
    pub fn fits(&self, category: Option<&str>, product: Option<&str>) -> bool {
        let of = |all: &[Text], one: Option<&str>| {
            one.is_some_and(|one| all.iter().any(|known| known.eq_ignore_ascii_case(one)))
        };
        let by_category = of(&self.categories, category);
        let by_product = of(&self.products, product);
        (by_category || self.categories.is_empty() && by_product)
            && (by_product || self.products.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_fits_by_category_and_by_product_where_it_names_them() {
        let page = |categories: &[&str], products: &[&str]| Solution {
            categories: categories.iter().map(|text| (*text).into()).collect(),
            products: products.iter().map(|text| (*text).into()).collect(),
            ..Solution::default()
        };
        let fits = |categories: &[&str], products: &[&str]| {
            page(categories, products).fits(Some("claims"), Some("health"))
        };
        assert!(fits(&["claims"], &[]) && fits(&["x", "Claims"], &["health"]));
        assert!(fits(&[], &["health"]));
        assert!(!fits(&["claims"], &["property"]) && !fits(&["x"], &["health"]));
        assert!(!fits(&[], &[]), "a page about nothing fits nothing");
        assert!(!page(&["claims"], &[]).fits(None, None));
    }
}
