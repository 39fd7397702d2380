//! Writes a copy of the sources in which each fault is there, and sleeps until `CRM_MUTANT` names it: the copy is
//! built once for all of them. A fault is another operator: `<` for `<=`, `&&` for `||`, `+` for `-`, a negation
//! left out.
//!
//!     mutants COPY FOLDER...     COPY is a checkout that is written over; FOLDER such as src/rules
//!
//! Prints a line for each fault: number, file, line, what it does. Tests and constants stay as they are.

use proc_macro2::Span;
use std::path::{Path, PathBuf};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{BinOp, Expr, parse_quote};

struct Seeder<'f> {
    file: &'f Path,
    next: &'f mut u32,
}

impl Seeder<'_> {
    /// Counts a fault and prints it.
    fn number(&mut self, span: Span, what: &str) -> u32 {
        *self.next += 1;
        println!("{}\t{}\t{}\t{what}", self.next, self.file.display(), span.start().line);
        *self.next
    }
}

/// The operators that a fault puts in the place of one.
fn others(op: &BinOp) -> Vec<(BinOp, &'static str)> {
    match op {
        BinOp::Lt(_) => vec![(parse_quote!(<=), "< becomes <=")],
        BinOp::Le(_) => vec![(parse_quote!(<), "<= becomes <")],
        BinOp::Gt(_) => vec![(parse_quote!(>=), "> becomes >=")],
        BinOp::Ge(_) => vec![(parse_quote!(>), ">= becomes >")],
        BinOp::Eq(_) => vec![(parse_quote!(!=), "== becomes !=")],
        BinOp::Ne(_) => vec![(parse_quote!(==), "!= becomes ==")],
        BinOp::And(_) => vec![(parse_quote!(||), "&& becomes ||")],
        BinOp::Or(_) => vec![(parse_quote!(&&), "|| becomes &&")],
        BinOp::Add(_) => vec![(parse_quote!(-), "+ becomes -")],
        BinOp::Sub(_) => vec![(parse_quote!(+), "- becomes +")],
        _ => Vec::new(),
    }
}

/// A whole number as it is written: both operators take it.
fn is_number(expr: &Expr) -> bool {
    matches!(expr, Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(_), .. }))
}

/// Does `let` stand among the parts of a chain of conditions?
fn has_let(expr: &Expr) -> bool {
    match expr {
        Expr::Let(_) => true,
        Expr::Binary(binary) => has_let(&binary.left) || has_let(&binary.right),
        _ => false,
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg") || attribute.path().is_ident("test")
    })
}

impl VisitMut for Seeder<'_> {
    fn visit_item_mut(&mut self, item: &mut syn::Item) {
        match item {
            syn::Item::Mod(module) if is_test(&module.attrs) => {}
            syn::Item::Const(_) | syn::Item::Static(_) | syn::Item::Macro(_) => {}
            syn::Item::Fn(function) if function.sig.constness.is_some() || is_test(&function.attrs) => {}
            _ => visit_mut::visit_item_mut(self, item),
        }
    }

    fn visit_impl_item_mut(&mut self, item: &mut syn::ImplItem) {
        match item {
            syn::ImplItem::Const(_) => {}
            syn::ImplItem::Fn(function) if function.sig.constness.is_some() => {}
            _ => visit_mut::visit_impl_item_mut(self, item),
        }
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        let span = expr.span();
        visit_mut::visit_expr_mut(self, expr);
        match expr {
            Expr::Binary(binary) if !has_let(&Expr::Binary(binary.clone())) => {
                let (left, op, right) = (&binary.left, &binary.op, &binary.right);
                let mut seeded: Expr = parse_quote!((#left #op #right));
                let counted = !matches!(op, BinOp::Add(_) | BinOp::Sub(_))
                    || [left, right].iter().any(|side| is_number(side));
                if !counted {
                    return;
                }
                for (other, what) in others(op) {
                    let number = self.number(span, what);
                    seeded = parse_quote!(if crate::mutant(#number) { #left #other #right } else { #seeded });
                }
                if !others(op).is_empty() {
                    *expr = parse_quote!((#seeded));
                }
            }
            Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Not(_)) => {
                let inner = &unary.expr;
                let number = self.number(span, "a negation is left out");
                *expr = parse_quote!((crate::mutant(#number) ^ !#inner));
            }
            _ => {}
        }
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs")
            && path.file_name().is_some_and(|name| name != "tests.rs")
        {
            found.push(path);
        }
    }
}

fn main() {
    let mut words = std::env::args().skip(1);
    let copy = PathBuf::from(words.next().expect("the folder of the copy"));
    let mut next = 0;
    for folder in words {
        let mut files = Vec::new();
        sources(&copy.join(&folder), &mut files);
        for path in files {
            let text = std::fs::read_to_string(&path).unwrap();
            let mut file = syn::parse_file(&text).unwrap();
            let shown = path.strip_prefix(&copy).unwrap().to_owned();
            Seeder { file: &shown, next: &mut next }.visit_file_mut(&mut file);
            std::fs::write(&path, prettyplease::unparse(&file)).unwrap();
        }
    }
    let lib = copy.join("src/lib.rs");
    let mut text = std::fs::read_to_string(&lib).unwrap();
    text.push_str(
        "\n/// Is this the fault that is awake?\n#[allow(clippy::disallowed_methods)]\npub fn mutant(number: u32) -> bool {\n    static AWAKE: std::sync::OnceLock<u32> = std::sync::OnceLock::new();\n    *AWAKE.get_or_init(|| std::env::var(\"CRM_MUTANT\").ok().and_then(|n| n.parse().ok()).unwrap_or(0)) == number\n}\n",
    );
    std::fs::write(lib, text).unwrap();
}
