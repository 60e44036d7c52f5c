//! Numbers of registered computer software (计算机软件著作权登记), given by the China Copyright Protection Center.

use super::fault::{Fault, FaultCode};
use super::text;

const FORMAT: Fault = Fault::new(
    FaultCode::Format,
    "证书号“软著登字第 N 号”（N 为 7 至 8 位数字，不含空格），或登记号“年份SR6 至 7 位数字”，例如 2014SR001852",
    "the certificate number 软著登字第N号 with N of 7 or 8 digits, or the registration number: year, SR and 6 or \
     7 digits, such as 2014SR001852",
);

/// Which of the two numbers of a registration it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SoftwareRegistrationForm {
    /// 证书号, `软著登字第1234567号`.
    Certificate,
    /// 登记号, `2014SR001852`.
    Registration,
}

/// A number of registered software, of the certificate or of the registration.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SoftwareRegistration {
    number: String,
    form: SoftwareRegistrationForm,
}

public_form!(SoftwareRegistration, number);

impl SoftwareRegistration {
    /// Reads either form. Fault: `FORMAT`.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let number = text::entered_upper(input)?;
        let form = if is_certificate(&number) {
            SoftwareRegistrationForm::Certificate
        } else if is_registration(&number) {
            SoftwareRegistrationForm::Registration
        } else {
            return Err(FORMAT);
        };
        Ok(Self { number, form })
    }

    pub fn form(&self) -> SoftwareRegistrationForm {
        self.form
    }
}

fn is_certificate(number: &str) -> bool {
    number
        .strip_prefix("软著登字第")
        .and_then(|rest| rest.strip_suffix('号'))
        .is_some_and(|serial| text::is_digits(serial, 7..=8))
}

fn is_registration(number: &str) -> bool {
    number
        .split_once("SR")
        .is_some_and(|(year, serial)| text::is_digits(year, 4..=4) && text::is_digits(serial, 6..=7))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_numbers() {
        use SoftwareRegistrationForm::{Certificate, Registration};
        for (text, form) in [
            ("2014SR001852", Registration),
            ("2016SR309930", Registration),
            ("2023sr1234567", Registration),
            ("软著登字第0671096号", Certificate),
            ("软著登字第12345678号", Certificate),
        ] {
            assert_eq!(SoftwareRegistration::parse(text).unwrap().form(), form, "{text}");
        }
    }

    #[test]
    fn refuses_every_other_form() {
        for text in [
            "2014SX001852",
            "2014SR00185",
            "2014SR00185211",
            "14SR001852",
            "SR001852",
            "软著登字第123456号",
            "软著登字第123456789号",
            "软著登字第 1234567 号",
            "软著登字1234567号",
            "",
        ] {
            assert_eq!(SoftwareRegistration::parse(text), Err(FORMAT), "{text}");
        }
    }
}
