//! Functions on address ranges.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Call, Failure, Function, Outcome, STRING, STRINGS, number, string};
use crate::model::Number;
use crate::terraform::lang::Val;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("cidrhost", &[string("prefix"), number("hostnum")], STRING, cidrhost),
    Function::new("cidrnetmask", &[string("prefix")], STRING, cidrnetmask),
    Function::new("cidrsubnet", &[string("prefix"), number("newbits"), number("netnum")], STRING, cidrsubnet),
    Function::new("cidrsubnets", &[string("prefix")], STRINGS, cidrsubnets).variadic(number("newbits")),
];

/// An address range; the address in the low bits.
#[derive(Clone, Copy)]
struct Range {
    network: u128,
    prefix: u32,
    bits: u32,
}

impl Range {
    fn new(address: u128, prefix: u32, bits: u32) -> Self {
        Self { network: address & !low_bits(bits - prefix), prefix, bits }
    }

    fn host_bits(self) -> u32 {
        self.bits - self.prefix
    }

    fn show(self, address: u128) -> String {
        match self.bits {
            32 => Ipv4Addr::from(u32::try_from(address & u128::from(u32::MAX)).unwrap_or(0)).to_string(),
            _ => Ipv6Addr::from(address).to_string(),
        }
    }
}

fn low_bits(count: u32) -> u128 {
    1_u128.checked_shl(count).map_or(u128::MAX, |bit| bit - 1)
}

fn range(call: &Call<'_>) -> Result<Range, Failure> {
    let text = call.text(0);
    let invalid = || Failure::argument(0, format!("invalid CIDR expression: invalid CIDR address: {text}"));
    let (address, prefix) = text.split_once('/').ok_or_else(invalid)?;
    let prefix: u32 = prefix.parse().map_err(|_| invalid())?;
    // Terraform reads `010.0.0.0` as decimal, as it always has.
    let decimal: Vec<&str> = address.split('.').map(|part| part.trim_start_matches('0')).collect();
    let plain: Vec<&str> = decimal.iter().map(|part| if part.is_empty() { "0" } else { part }).collect();
    let (address, bits) = if let Ok(address) = address.parse::<Ipv4Addr>().or_else(|_| plain.join(".").parse()) {
        (u128::from(u32::from(address)), 32)
    } else {
        (u128::from(address.parse::<Ipv6Addr>().map_err(|_| invalid())?), 128)
    };
    if prefix > bits {
        return Err(invalid());
    }
    Ok(Range::new(address, prefix, bits))
}

fn whole(number: Number, position: usize) -> Result<i128, Failure> {
    number.as_i128().ok_or_else(|| Failure::argument(position, "a whole number is required"))
}

fn cidrhost(call: &Call<'_>) -> Outcome {
    let range = range(call)?;
    let number = whole(call.number(1), 1)?;
    let size_minus_one = low_bits(range.host_bits());
    let too_large =
        || Failure::call(format!("prefix of {} does not accommodate a host numbered {number}", range.prefix));
    let offset = match u128::try_from(number) {
        Ok(offset) if offset <= size_minus_one => offset,
        Ok(_) => return Err(too_large()),
        // Negative numbers count from the end.
        Err(_) => match (number.unsigned_abs() - 1).cmp(&size_minus_one) {
            std::cmp::Ordering::Greater => return Err(too_large()),
            _ => size_minus_one - (number.unsigned_abs() - 1),
        },
    };
    Ok(Val::string(range.show(range.network | offset)))
}

fn cidrnetmask(call: &Call<'_>) -> Outcome {
    let range = range(call)?;
    if range.bits != 32 {
        return Err(Failure::argument(0, "only IPv4 networks are supported: IPv6 addresses cannot have a netmask"));
    }
    Ok(Val::string(range.show(!low_bits(range.host_bits()))))
}

fn cidrsubnet(call: &Call<'_>) -> Outcome {
    let range = range(call)?;
    let extra = whole(call.number(1), 1)?;
    let number = whole(call.number(2), 2)?;
    let subnet = subnet(range, extra)?;
    let count = u32::try_from(extra).map_or(0, low_bits);
    let index = u128::try_from(number).ok().filter(|number| *number <= count).ok_or_else(|| {
        Failure::call(format!("prefix extension of {extra} does not accommodate a subnet numbered {number}"))
    })?;
    let network = range.network | index.checked_shl(subnet.host_bits()).unwrap_or(0);
    Ok(Val::string(format!("{}/{}", range.show(network), subnet.prefix)))
}

/// The first subnet with so many more bits.
fn subnet(range: Range, extra: i128) -> Result<Range, Failure> {
    let prefix = u32::try_from(extra)
        .ok()
        .and_then(|extra| range.prefix.checked_add(extra))
        .filter(|prefix| *prefix <= range.bits);
    match prefix {
        Some(prefix) => Ok(Range { prefix, ..range }),
        None => {
            Err(Failure::call(format!("insufficient address space to extend prefix of {} by {extra}", range.prefix)))
        }
    }
}

fn cidrsubnets(call: &Call<'_>) -> Outcome {
    let range = range(call)?;
    let last = range.network | low_bits(range.host_bits());
    let mut next = Some(range.network);
    let mut subnets = Vec::new();
    for position in 1..call.arguments.len() {
        let extra = whole(call.number(position), position)?;
        if extra < 1 {
            return Err(Failure::argument(position, "must extend prefix by at least one bit"));
        }
        if extra > 32 {
            return Err(Failure::argument(position, "may not extend prefix by more than 32 bits"));
        }
        let subnet = subnet(range, extra).map_err(|_| {
            Failure::argument(
                position,
                format!(
                    "would extend prefix to {} bits, which is too long for an IPv{} address",
                    i128::from(range.prefix) + extra,
                    if range.bits == 32 { 4 } else { 6 }
                ),
            )
        })?;
        let size_minus_one = low_bits(subnet.host_bits());
        // A subnet begins at a multiple of its own size.
        let start = next.and_then(|next| next.checked_add(size_minus_one)).map(|end| end & !size_minus_one);
        let Some(start) = start.filter(|start| *start <= last && start | size_minus_one <= last) else {
            return Err(Failure::argument(
                position,
                format!(
                    "not enough remaining address space for a subnet with a prefix of {} bits after the ones before it",
                    subnet.prefix
                ),
            ));
        };
        subnets.push(format!("{}/{}", range.show(start), subnet.prefix));
        next = (start | size_minus_one).checked_add(1);
    }
    Ok(Val::strings(subnets))
}
