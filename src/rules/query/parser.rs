//! Tokens to a tree, by recursive descent with a limit on its depth.
//!
//! ```text
//! any   = all ("or" all)*
//! all   = one (["and"] one)*
//! one   = ("not" | "!") one | "(" any ")" | term
//! term  = NAME OP values | values
//! values = VALUE ("," VALUE)*
//! ```

use super::compile::{self, Term};
use super::lexer::{Op, Token, Word, lex};
use super::matching::Node;
use super::pattern::Pattern;
use super::{Asked, MAX_DEPTH, Parsed};
use std::ops::Range;

/// The tree of a query.
pub(super) fn parse(asked: &Asked<'_>) -> Parsed<Node> {
    let tokens = lex(asked)?;
    let mut parser = Parser { asked, tokens: &tokens, at: 0, depth: 0 };
    if tokens.is_empty() {
        return Ok(Node::All(Vec::new()));
    }
    let node = parser.any()?;
    match parser.peek() {
        None => Ok(node),
        Some(left) => parser.wrong(left.span(), "a `)` without its `(`"),
    }
}

struct Parser<'a> {
    asked: &'a Asked<'a>,
    tokens: &'a [Token],
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn any(&mut self) -> Parsed<Node> {
        let mut parts = vec![self.all()?];
        while self.keyword("or") {
            self.at += 1;
            parts.push(self.all()?);
        }
        Ok(compile::any(parts))
    }

    fn all(&mut self) -> Parsed<Node> {
        let mut parts = vec![self.one()?];
        loop {
            match self.peek() {
                None | Some(Token::Close(_)) => break,
                Some(_) if self.keyword("or") => break,
                Some(_) if self.keyword("and") => self.at += 1,
                Some(_) => {}
            }
            parts.push(self.one()?);
        }
        match parts.pop() {
            Some(only) if parts.is_empty() => Ok(only),
            last => {
                parts.extend(last);
                Ok(Node::All(parts))
            }
        }
    }

    fn one(&mut self) -> Parsed<Node> {
        let Some(token) = self.peek() else { return self.unfinished() };
        match token {
            Token::Not(span) => self.negation(span),
            Token::Open(span) => self.parentheses(span),
            Token::Word(word) if word.is("not") => self.negation(&word.span),
            Token::Word(word) if word.is("and") || word.is("or") => {
                let keyword = word.text();
                let wrong = self
                    .asked
                    .wrong(&word.span, format!("`{keyword}` stands between two terms"))
                    .help(format!("write `\"{keyword}\"` to look for the word"));
                Err(Box::new(wrong))
            }
            Token::Word(word) => self.term(word),
            Token::Close(span) if self.at == 0 => self.wrong(span, "a `)` without its `(`"),
            Token::Close(_) => self.unfinished(),
            Token::Comma(span) => self.wrong(span, "a comma stands between two values"),
            Token::Op(op, span) => {
                self.wrong(span, format!("no field stands before `{}`", op.symbol()))
            }
        }
    }

    fn negation(&mut self, span: &Range<usize>) -> Parsed<Node> {
        self.at += 1;
        self.deeper(span)?;
        let node = self.one()?;
        self.depth -= 1;
        Ok(Node::Not(Box::new(node)))
    }

    fn parentheses(&mut self, open: &Range<usize>) -> Parsed<Node> {
        self.at += 1;
        self.deeper(open)?;
        if self.peek().is_none() {
            return self.wrong(open, "a `(` that is never closed");
        }
        let node = self.any()?;
        let Some(Token::Close(_)) = self.peek() else {
            return self.wrong(open, "a `(` that is never closed");
        };
        self.at += 1;
        self.depth -= 1;
        Ok(node)
    }

    fn deeper(&mut self, span: &Range<usize>) -> Parsed<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.wrong(span, format!("nested deeper than {MAX_DEPTH}"));
        }
        Ok(())
    }

    /// A field with its values, or words to look for.
    fn term(&mut self, name: &'a Word) -> Parsed<Node> {
        self.at += 1;
        let Some(Token::Op(op, op_span)) = self.peek() else {
            let words = self.more_values(name)?;
            self.asked.asks_notes.set(true);
            return Ok(compile::any(
                words.into_iter().map(|word| Node::Plain(Pattern::of(word))).collect(),
            ));
        };
        self.at += 1;
        let first = self.value(*op, op_span)?;
        let values = self.more_values(first)?;
        if let Some(Token::Op(second, span)) = self.peek()
            && self.touches_last(span)
        {
            let wrong = self
                .asked
                .wrong(span, format!("`{}` inside a value", second.symbol()))
                .help("put the value in quotes: `note:\"a:b\"`");
            return Err(Box::new(wrong));
        }
        compile::term(self.asked, &Term { name, op: *op, op_span, values })
    }

    fn value(&mut self, op: Op, span: &Range<usize>) -> Parsed<&'a Word> {
        match self.peek() {
            Some(Token::Word(word)) => {
                self.at += 1;
                Ok(word)
            }
            Some(Token::Open(open)) => {
                let wrong = self.asked.wrong(open, "a value cannot stand in parentheses");
                Err(Box::new(wrong.help("several values: `stage:25,50`; others in quotes")))
            }
            _ => {
                let wrong =
                    self.asked.wrong(span, format!("no value stands after `{}`", op.symbol()));
                Err(Box::new(wrong.help("for “there is none” write `:\"\"`")))
            }
        }
    }

    /// The values after the first, each behind a comma.
    fn more_values(&mut self, first: &'a Word) -> Parsed<Vec<&'a Word>> {
        let mut values = vec![first];
        while let Some(Token::Comma(span)) = self.peek() {
            self.at += 1;
            let Some(Token::Word(word)) = self.peek() else {
                return self.wrong(span, "no value stands after the comma");
            };
            self.at += 1;
            values.push(word);
        }
        Ok(values)
    }

    fn touches_last(&self, span: &Range<usize>) -> bool {
        self.at > 0 && self.tokens[self.at - 1].span().end == span.start
    }

    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    fn keyword(&self, keyword: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(word)) if word.is(keyword))
    }

    /// Something is missing behind the last token that was read.
    fn unfinished(&self) -> Parsed<Node> {
        let Some(last) = self.at.checked_sub(1).map(|at| &self.tokens[at]) else {
            return self.wrong(&(0..0), "nothing to look for");
        };
        let message = match last {
            Token::Open(_) => "nothing stands in the parentheses".to_owned(),
            other => format!("nothing stands after `{}`", &self.asked.text[other.span().clone()]),
        };
        self.wrong(last.span(), message)
    }

    fn wrong<T>(&self, span: &Range<usize>, message: impl Into<crate::diag::Words>) -> Parsed<T> {
        Err(Box::new(self.asked.wrong(span, message)))
    }
}
