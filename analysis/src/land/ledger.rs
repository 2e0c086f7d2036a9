//! Contracts by parcel and events by contract: who holds the land on a day, and what happened under that contract.

use std::collections::HashMap;

use chrono::NaiveDate;
use spatial_db::model::{LandContract, LandEvent, Parcel, ParkSnapshot};

/// The contracts of a park, to be asked by parcel.
#[derive(Debug)]
pub struct Ledger<'a> {
    contracts: HashMap<&'a str, Vec<&'a LandContract>>,
    events: HashMap<&'a str, Vec<&'a LandEvent>>,
}

impl<'a> Ledger<'a> {
    /// The ledger of a park.
    pub fn of(park: &'a ParkSnapshot) -> Self {
        let mut ledger = Self { contracts: HashMap::new(), events: HashMap::new() };
        for contract in &park.contracts {
            ledger.contracts.entry(&contract.parcel_key).or_default().push(contract);
        }
        for event in &park.events {
            ledger.events.entry(&event.contract_key).or_default().push(event);
        }
        ledger
    }

    /// True where a parcel was ever under contract.
    pub fn knows(&self, parcel: &Parcel) -> bool {
        self.contracts.contains_key(parcel.provenance.key.as_str())
    }

    /// The contracts of a parcel, of any date and in no order.
    pub(super) fn contracts(&self, parcel: &Parcel) -> &[&'a LandContract] {
        self.contracts.get(parcel.provenance.key.as_str()).map_or(&[], Vec::as_slice)
    }

    /// The contract that holds a parcel on a day: the newest that was signed by then. One without a date of signature counts
    /// as the oldest.
    pub fn contract(&self, parcel: &Parcel, as_of: NaiveDate) -> Option<&'a LandContract> {
        let signed = self.contracts.get(parcel.provenance.key.as_str())?.iter();
        signed
            .filter(|contract| contract.signed.is_none_or(|signed| signed <= as_of))
            .max_by_key(|contract| (contract.signed, &contract.provenance.key))
            .copied()
    }

    /// Events under a contract, of any date and in no order.
    pub fn events(&self, contract: &LandContract) -> &[&'a LandEvent] {
        self.events.get(contract.provenance.key.as_str()).map_or(&[], Vec::as_slice)
    }
}
