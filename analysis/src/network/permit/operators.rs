//! Whom to call before digging: the operators of lines and points, as their records name them.

use serde::Deserialize;
use spatial_db::model::{Attributes, NetworkClass};

/// Which columns name an operator, and how operators are reached: a table that a user can replace.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operators {
    /// Columns, the first that holds a name counts.
    pub columns: Vec<String>,
    /// What stands there where nobody is known.
    #[serde(default)]
    pub blank: Vec<String>,
    /// How operators are reached.
    #[serde(default, rename = "operator")]
    pub known: Vec<Operator>,
}

/// How an operator is reached.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    /// Name, as it stands in the records.
    pub name: String,
    /// Telephone.
    #[serde(default)]
    pub phone: Option<String>,
}

impl Operators {
    /// The table that ships with the product.
    ///
    /// # Panics
    /// Never: the shipped table is checked by a test.
    pub fn shipped() -> Self {
        Self::parse(include_str!("../../../rules/networks/operators.toml")).expect("the shipped table is valid")
    }

    /// A table from its text.
    ///
    /// # Errors
    /// What does not parse, and where.
    pub fn parse(table: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(table)
    }

    /// The operator that the record of a line or point names.
    pub fn of<'a>(&self, attributes: &'a Attributes) -> Option<&'a str> {
        self.columns.iter().find_map(|column| {
            let same = |name: &str| name.to_lowercase() == column.to_lowercase();
            let (_, cell) = attributes.iter().find(|(name, _)| same(name))?;
            let name = cell.as_str()?.trim();
            let known = !name.is_empty() && !self.blank.iter().any(|blank| blank.eq_ignore_ascii_case(name));
            known.then_some(name)
        })
    }

    /// The telephone of an operator.
    pub fn phone(&self, name: &str) -> Option<&str> {
        self.known.iter().find(|row| row.name.trim() == name)?.phone.as_deref()
    }
}

/// An operator that has to be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToCall {
    /// Of this network.
    pub class: NetworkClass,
    /// Who; `None` where it is not on record.
    pub operator: Option<String>,
    /// Telephone, where the table has one.
    pub phone: Option<String>,
    /// How many of its lines are met or near.
    pub lines: usize,
    /// How many of its chambers, valves and other fittings are met or near.
    pub points: usize,
}

/// Operators in the order of the networks, and by name; those that are not on record last.
pub(super) fn to_call<'a>(
    operators: &Operators,
    lines: impl Iterator<Item = (NetworkClass, Option<&'a str>)>,
    points: impl Iterator<Item = (NetworkClass, Option<&'a str>)>,
) -> Vec<ToCall> {
    let mut found: Vec<ToCall> = Vec::new();
    let counted = lines.map(|of| (of, [1, 0])).chain(points.map(|of| (of, [0, 1])));
    for ((class, operator), [line, point]) in counted {
        let is = |one: &ToCall| one.class == class && one.operator.as_deref() == operator;
        if let Some(one) = found.iter_mut().find(|one| is(one)) {
            one.lines += line;
            one.points += point;
        } else {
            let phone = operator.and_then(|name| operators.phone(name)).map(str::to_owned);
            found.push(ToCall { class, operator: operator.map(str::to_owned), phone, lines: line, points: point });
        }
    }
    found.sort_by(|a, b| {
        let order = |one: &ToCall| (one.class, one.operator.is_none());
        order(a).cmp(&order(b)).then_with(|| a.operator.cmp(&b.operator))
    });
    found
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn records_name_their_operator_in_one_of_several_columns() {
        let operators = Operators::shipped();
        let of = |value: &Value| operators.of(&value.as_object().unwrap().clone().into()).map(str::to_owned);
        assert_eq!(of(&json!({ "Belong": " 供水公司 " })).as_deref(), Some("供水公司"));
        assert_eq!(of(&json!({ "OWNER": "Aigües", "material": "PE" })).as_deref(), Some("Aigües"));
        // Who operates is called, not who owns.
        assert_eq!(of(&json!({ "owner": "City", "operator": "Works" })).as_deref(), Some("Works"));
        assert_eq!(of(&json!({ "Belong": "不详", "owner": "City" })).as_deref(), Some("City"));
        for nobody in [json!({}), json!({ "Belong": "" }), json!({ "owner": "Unknown" }), json!({ "owner": 7 })] {
            assert_eq!(of(&nobody), None, "{nobody}");
        }
    }

    #[test]
    fn a_table_of_ones_own_has_telephones() {
        let text =
            "columns = [\"who\"]\n[[operator]]\nname = \"Works\"\nphone = \"112\"\n[[operator]]\nname = \"Other\"";
        let operators = Operators::parse(text).unwrap();
        assert_eq!(
            [operators.phone("Works"), operators.phone("Other"), operators.phone("Nobody")],
            [Some("112"), None, None]
        );
        let lines =
            [(NetworkClass::Gas, None), (NetworkClass::Water, Some("Works")), (NetworkClass::Gas, Some("Other"))];
        let points = [(NetworkClass::Water, Some("Works"))];
        let told = to_call(&operators, lines.into_iter(), points.into_iter());
        let told: Vec<_> = told
            .iter()
            .map(|one| (one.class, one.operator.as_deref(), one.phone.as_deref(), one.lines, one.points))
            .collect();
        let expected = [
            (NetworkClass::Water, Some("Works"), Some("112"), 1, 1),
            (NetworkClass::Gas, Some("Other"), None, 1, 0),
            (NetworkClass::Gas, None, None, 1, 0),
        ];
        assert_eq!(told, expected);
        assert!(Operators::parse("column = []").is_err());
    }
}
