//! Variables, in the words of shells.

/// Assignments that a shell reads, or JSON.
pub(crate) fn assignments(shell: &str, variables: &[(String, String)]) -> String {
    if shell == "json" {
        let map: serde_json::Map<_, _> =
            variables.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
        return format!("{}\n", serde_json::Value::from(map));
    }
    variables.iter().map(|(name, value)| assignment(shell, name, value)).collect()
}

fn assignment(shell: &str, name: &str, value: &str) -> String {
    match shell {
        "fish" => format!("set -gx {name} '{}'\n", value.replace('\\', "\\\\").replace('\'', "\\'")),
        "pwsh" => format!("$env:{name} = '{}'\n", value.replace('\'', "''")),
        _ => format!("export {name}='{}'\n", value.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_those_of_the_shell() {
        let variables = [("A".to_owned(), "it's \\ $x".to_owned())];
        for (shell, expected) in [
            ("sh", "export A='it'\\''s \\ $x'\n"),
            ("fish", "set -gx A 'it\\'s \\\\ $x'\n"),
            ("pwsh", "$env:A = 'it''s \\ $x'\n"),
            ("json", "{\"A\":\"it's \\\\ $x\"}\n"),
        ] {
            assert_eq!(assignments(shell, &variables), expected);
        }
    }
}
