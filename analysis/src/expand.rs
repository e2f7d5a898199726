//! Variables in the words of instructions: `$name`, `${name}`, `${name:-word}` and its kin.
//!
//! The rules are BuildKit's, not a shell's: quotes and escapes go, nothing is split. Where the value
//! hangs on something the file does not tell, there is none.

use std::collections::BTreeMap;

use crate::state::Variable;

/// The value of `text` with the variables in it, or none where one is not known.
pub(crate) fn expand(text: &[u8], escape: u8, variables: &BTreeMap<String, Variable>) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    if !text.contains(['$', '\'', '"', escape as char]) {
        return Some(text.to_owned());
    }
    let mut expander = Expander { rest: text.chars().peekable(), escape: escape as char, variables };
    expander.until(None, 0)
}

struct Expander<'e> {
    rest: std::iter::Peekable<std::str::Chars<'e>>,
    escape: char,
    variables: &'e BTreeMap<String, Variable>,
}

/// The deepest nesting of `${a:-${b:-…}}` that is followed.
const MAX_DEPTH: usize = 64;

impl Expander<'_> {
    fn until(&mut self, stop: Option<char>, depth: usize) -> Option<String> {
        let mut result = String::new();
        let mut quote = None;
        while let Some(c) = self.rest.next() {
            if quote.is_none() && Some(c) == stop {
                return Some(result);
            }
            match c {
                '\'' | '"' if quote == Some(c) => quote = None,
                '\'' | '"' if quote.is_none() => quote = Some(c),
                '$' if quote != Some('\'') => result.push_str(&self.variable(depth)?),
                c if c == self.escape && quote != Some('\'') => {
                    let escaped = self.rest.next()?;
                    if quote == Some('"') && !matches!(escaped, '"' | '$') && escaped != self.escape {
                        result.push(c);
                    }
                    result.push(escaped);
                }
                _ => result.push(c),
            }
        }
        (stop.is_none() && quote.is_none()).then_some(result)
    }

    fn variable(&mut self, depth: usize) -> Option<String> {
        if depth > MAX_DEPTH {
            return None;
        }
        if self.rest.peek() != Some(&'{') {
            let name = self.name();
            return if name.is_empty() { Some("$".to_owned()) } else { self.value(&name) };
        }
        self.rest.next();
        let name = self.name();
        let mut operator = self.rest.next()?;
        if operator == '}' {
            return self.value(&name);
        }
        let empty_is_unset = operator == ':';
        if empty_is_unset {
            operator = self.rest.next()?;
        }
        let operand = self.until(Some('}'), depth + 1);
        let set = match self.variables.get(&name) {
            // Whether the base image sets it is not known.
            None => return None,
            Some(variable) => !(empty_is_unset && variable.value.as_deref()?.is_empty()),
        };
        match operator {
            '-' if set => self.value(&name),
            '-' => operand,
            '+' if set => operand,
            '+' => Some(String::new()),
            _ => None,
        }
    }

    fn value(&self, name: &str) -> Option<String> {
        self.variables.get(name)?.value.clone()
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(c) = self.rest.next_if(|&c| c.is_ascii_alphanumeric() || c == '_') {
            name.push(c);
        }
        name
    }
}
