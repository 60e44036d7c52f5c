//! The modulo-11 rules that several national numbers share.

/// Σ digit × weight, from the left. Letters count as in base 36 (A = 10); anything else is passed over, since
/// the form is judged elsewhere.
pub(super) fn weighted_sum(body: &str, weights: impl IntoIterator<Item = u32>) -> u32 {
    body.chars()
        .filter_map(|character| character.to_digit(36))
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum()
}

/// A remainder modulo 11 as one character: ten is written `X`.
pub(super) fn character(remainder: u32) -> char {
    char::from_digit(remainder, 10).unwrap_or('X')
}

/// The check character of application numbers (ZC 0006-2003): weights 2 to 9, repeating.
pub(super) fn of_application(body: &str) -> char {
    character(weighted_sum(body, (2..=9).cycle()) % 11)
}

/// Splits the check character off a number, and the dot before it if there is one.
pub(super) fn split_off(number: &str) -> Option<(&str, char)> {
    let mut characters = number.chars();
    let check = characters.next_back().filter(|last| last.is_ascii_digit() || *last == 'X')?;
    let body = characters.as_str();
    Some((body.strip_suffix('.').unwrap_or(body), check))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computes_the_check_characters_of_published_applications() {
        for (body, check) in
            [("201710601862", '3'), ("201310699744", '2'), ("201610311380", 'X'), ("201730033448", '8')]
        {
            assert_eq!(of_application(body), check, "{body}");
        }
    }

    #[test]
    fn the_dot_is_optional() {
        assert_eq!(split_off("202410320600.X"), Some(("202410320600", 'X')));
        assert_eq!(split_off("202410320600X"), Some(("202410320600", 'X')));
        assert_eq!(split_off("202410320600."), None);
        assert_eq!(split_off(""), None);
    }
}
