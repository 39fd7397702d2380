//! A query's text as tokens. The signs that a Chinese input method types in place of the ASCII ones are read as
//! those.

use super::{Asked, MAX_BYTES, Parsed};
use std::ops::Range;

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    /// `:`
    Has,
    /// `=`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

impl Op {
    /// As it is written.
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Op::Has => ":",
            Op::Eq => "=",
            Op::Ne => "!=",
            Op::Lt => "<",
            Op::Le => "<=",
            Op::Gt => ">",
            Op::Ge => ">=",
        }
    }

    /// `<`, `<=`, `>`, `>=`.
    pub(super) fn orders(self) -> bool {
        matches!(self, Op::Lt | Op::Le | Op::Gt | Op::Ge)
    }
}

/// A word or a value; parts in quotes may have spaces and signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// The text, cut at each `*` that fits anything: one piece means there is none.
    pub(super) pieces: Vec<String>,
    /// Is a part in quotes? Then it is no keyword.
    pub(super) quoted: bool,
    /// Its bytes in the query.
    pub(super) span: Range<usize>,
}

impl Word {
    /// The text, for comparisons without stars and for messages.
    pub(super) fn text(&self) -> String {
        self.pieces.join("*")
    }

    /// Has it a `*` that fits anything?
    pub(super) fn glob(&self) -> bool {
        self.pieces.len() > 1
    }

    /// Is it `and`, `or`, `not`, out of quotes?
    pub(super) fn is(&self, keyword: &str) -> bool {
        !self.quoted && !self.glob() && self.pieces[0].eq_ignore_ascii_case(keyword)
    }
}

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// `(`
    Open(Range<usize>),
    /// `)`
    Close(Range<usize>),
    /// `!` before a term
    Not(Range<usize>),
    /// `,`
    Comma(Range<usize>),
    /// `:`, `>=`, …
    Op(Op, Range<usize>),
    /// Anything else.
    Word(Word),
}

impl Token {
    /// Its bytes in the query.
    pub(super) fn span(&self) -> &Range<usize> {
        match self {
            Token::Open(span)
            | Token::Close(span)
            | Token::Not(span)
            | Token::Comma(span)
            | Token::Op(_, span) => span,
            Token::Word(word) => &word.span,
        }
    }
}

/// All tokens of a query.
pub(super) fn lex(asked: &Asked<'_>) -> Parsed<Vec<Token>> {
    if asked.text.len() > MAX_BYTES {
        let length = asked.text.len();
        let message = words!(
            "a query has at most {MAX_BYTES} bytes, not {length}",
            "查询最多 {MAX_BYTES} 字节，这里有 {length}"
        );
        return Err(Box::new(asked.wrong(&(0..0), message)));
    }
    let mut lexer = Lexer { asked, at: 0 };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.token()? {
        tokens.push(token);
    }
    Ok(tokens)
}

struct Lexer<'a> {
    asked: &'a Asked<'a>,
    at: usize,
}

impl Lexer<'_> {
    fn token(&mut self) -> Parsed<Option<Token>> {
        while self.raw().is_some_and(char::is_whitespace) {
            self.skip();
        }
        let start = self.at;
        let Some(sign) = self.sign() else { return Ok(None) };
        if let Some(op) = self.op() {
            return Ok(Some(Token::Op(op, start..self.at)));
        }
        let single: fn(Range<usize>) -> Token = match sign {
            '(' => Token::Open,
            ')' => Token::Close,
            ',' => Token::Comma,
            '!' => Token::Not,
            _ => return self.word().map(Some),
        };
        self.skip();
        Ok(Some(single(start..self.at)))
    }

    /// The operator that begins here, if one does.
    fn op(&mut self) -> Option<Op> {
        let sign = self.sign()?;
        let equals = self.second() == Some('=');
        let (op, signs) = match (sign, equals) {
            (':', _) => (Op::Has, 1),
            ('=', _) => (Op::Eq, 1),
            ('!', true) => (Op::Ne, 2),
            ('<', true) => (Op::Le, 2),
            ('<', false) => (Op::Lt, 1),
            ('>', true) => (Op::Ge, 2),
            ('>', false) => (Op::Gt, 1),
            ('≤', _) => (Op::Le, 1),
            ('≥', _) => (Op::Ge, 1),
            ('≠', _) => (Op::Ne, 1),
            _ => return None,
        };
        (0..signs).for_each(|_| self.skip());
        Some(op)
    }

    /// Letters and quoted parts up to the next blank or sign.
    fn word(&mut self) -> Parsed<Token> {
        let start = self.at;
        let mut word = Word { pieces: vec![String::new()], quoted: false, span: start..start };
        while let (Some(raw), Some(sign)) = (self.raw(), self.sign()) {
            let ends = match sign {
                '(' | ')' | ',' | ':' | '=' | '<' | '>' | '≤' | '≥' | '≠' => true,
                '!' => self.second() == Some('='),
                _ => raw.is_whitespace(),
            };
            if ends {
                break;
            }
            match sign {
                '"' => self.quoted(&mut word)?,
                '*' => {
                    word.pieces.push(String::new());
                    self.skip();
                }
                _ => self.take(&mut word, raw),
            }
        }
        word.span.end = self.at;
        Ok(Token::Word(word))
    }

    /// A part in quotes. An ASCII quote is closed by an ASCII quote only, so that “ ” can be inside; input methods
    /// type “ and ” by turns, so either closes either.
    fn quoted(&mut self, word: &mut Word) -> Parsed<()> {
        word.quoted = true;
        let start = self.at;
        let ascii = self.raw() == Some('"');
        self.skip();
        while let (Some(raw), Some(sign)) = (self.raw(), self.sign()) {
            match sign {
                '"' if !ascii || raw == '"' => {
                    self.skip();
                    return Ok(());
                }
                '\\' if matches!(self.second(), Some('"' | '*' | '\\')) => {
                    self.skip();
                    if let Some(escaped) = self.raw() {
                        self.take(word, escaped);
                    }
                }
                '*' => {
                    word.pieces.push(String::new());
                    self.skip();
                }
                _ => self.take(word, raw),
            }
        }
        let message = words!("a quote that is never closed", "引号没有闭合");
        Err(Box::new(self.asked.wrong(&(start..self.at), message).help(words!(
            "close it with `\"`, or write `\\\"` for the sign itself",
            "请用 `\"` 闭合；要引号本身，请写 `\\\"`"
        ))))
    }

    fn take(&mut self, word: &mut Word, c: char) {
        if let Some(piece) = word.pieces.last_mut() {
            piece.push(c);
        }
        self.skip();
    }

    /// The next character as written.
    fn raw(&self) -> Option<char> {
        self.asked.text[self.at..].chars().next()
    }

    /// The next character as it is understood.
    fn sign(&self) -> Option<char> {
        self.raw().map(half_width)
    }

    /// The one after it.
    fn second(&self) -> Option<char> {
        self.asked.text[self.at..].chars().nth(1).map(half_width)
    }

    fn skip(&mut self) {
        self.at += self.raw().map_or(0, char::len_utf8);
    }
}

/// The ASCII sign for the one that a Chinese input method types on the same key.
fn half_width(c: char) -> char {
    match c {
        '：' => ':',
        '（' => '(',
        '）' => ')',
        '，' => ',',
        '＝' => '=',
        '＜' => '<',
        '＞' => '>',
        '！' => '!',
        '＊' => '*',
        '“' | '”' | '＂' => '"',
        other => other,
    }
}
