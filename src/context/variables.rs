//! Variables in compose files.

/// `text` with the defaults of its variables: `${VAR:-default}` and `${VAR-default}`. None where the
/// environment decides.
///
/// <https://docs.docker.com/reference/compose-file/interpolation/>
pub(super) fn with_defaults(text: &str) -> Option<String> {
    let mut value = String::new();
    let mut rest = text;
    while let Some((plain, after)) = rest.split_once('$') {
        value += plain;
        rest = match after.strip_prefix('$') {
            Some(after) => {
                value.push('$');
                after
            }
            None => {
                let (variable, after) = after.strip_prefix('{')?.split_once('}')?;
                value += default_of(variable)?;
                after
            }
        };
    }
    Some(value + rest)
}

fn default_of(variable: &str) -> Option<&str> {
    let end = variable.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    let operator = &variable[end..];
    let default = operator.strip_prefix(":-").or_else(|| operator.strip_prefix('-'))?;
    // One variable inside another is more than this can read.
    (end > 0 && !default.contains(['$', '{'])).then_some(default)
}
