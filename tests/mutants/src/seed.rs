//! Writes a copy of the sources in which each fault is there, and sleeps until `CRM_MUTANT` names it: the copy is
//! built once for all of them. A fault is another operator: `<` for `<=`, `&&` for `||`, `+` for `-`, a negation
//! left out. Tests and constants stay as they are.

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
        let (file, line) = (self.file.display(), span.start().line);
        let code = span.source_text().unwrap_or_default();
        let code = code.split_whitespace().collect::<Vec<_>>().join(" ");
        println!("{}\t{file}\t{line}\t{what}\t{code}", self.next);
        *self.next
    }
}

/// The operator that a fault puts in the place of one.
fn other(op: &BinOp) -> Option<(BinOp, &'static str)> {
    Some(match op {
        BinOp::Lt(_) => (parse_quote!(<=), "< becomes <="),
        BinOp::Le(_) => (parse_quote!(<), "<= becomes <"),
        BinOp::Gt(_) => (parse_quote!(>=), "> becomes >="),
        BinOp::Ge(_) => (parse_quote!(>), ">= becomes >"),
        BinOp::Eq(_) => (parse_quote!(!=), "== becomes !="),
        BinOp::Ne(_) => (parse_quote!(==), "!= becomes =="),
        BinOp::And(_) => (parse_quote!(||), "&& becomes ||"),
        BinOp::Or(_) => (parse_quote!(&&), "|| becomes &&"),
        BinOp::Add(_) => (parse_quote!(-), "+ becomes -"),
        BinOp::Sub(_) => (parse_quote!(+), "- becomes +"),
        _ => return None,
    })
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
    attributes
        .iter()
        .any(|attribute| attribute.path().is_ident("cfg") || attribute.path().is_ident("test"))
}

impl VisitMut for Seeder<'_> {
    fn visit_item_mut(&mut self, item: &mut syn::Item) {
        match item {
            syn::Item::Mod(module) if is_test(&module.attrs) => {}
            syn::Item::Const(_) | syn::Item::Static(_) | syn::Item::Macro(_) => {}
            syn::Item::Fn(function)
                if function.sig.constness.is_some() || is_test(&function.attrs) => {}
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
                let Some((other, what)) = other(op) else { return };
                let sum = matches!(op, BinOp::Add(_) | BinOp::Sub(_));
                if sum && ![left, right].iter().any(|side| is_number(side)) {
                    return;
                }
                let number = self.number(span, what);
                // Each side is written once where that can be, or what is nested would grow without end.
                *expr = match op {
                    BinOp::And(_) => parse_quote!({
                        let left: bool = #left;
                        if left != crate::mutant(#number) { #right } else { left }
                    }),
                    BinOp::Or(_) => parse_quote!({
                        let left: bool = #left;
                        if left == crate::mutant(#number) { #right } else { left }
                    }),
                    BinOp::Eq(_) | BinOp::Ne(_) => {
                        parse_quote!((crate::mutant(#number) ^ (#left #op #right)))
                    }
                    _ => {
                        parse_quote!((if crate::mutant(#number) { #left #other #right } else { #left #op #right }))
                    }
                };
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

/// Seeds the faults into the folders of a copy, and prints a line for each: number, file, line, what it does, and
/// the code that it is in.
pub fn seed(copy: &Path, folders: impl Iterator<Item = String>) {
    let mut next = 0;
    for folder in folders {
        let mut files = Vec::new();
        sources(&copy.join(&folder), &mut files);
        for path in files {
            let text = std::fs::read_to_string(&path).unwrap();
            let mut file = syn::parse_file(&text).unwrap();
            let shown = path.strip_prefix(copy).unwrap().to_owned();
            Seeder { file: &shown, next: &mut next }.visit_file_mut(&mut file);
            std::fs::write(&path, prettyplease::unparse(&file)).unwrap();
        }
    }
    let lib = copy.join("src/lib.rs");
    let mut text = std::fs::read_to_string(&lib).unwrap();
    text.push_str(include_str!("awake.rs"));
    std::fs::write(lib, text).unwrap();
}
