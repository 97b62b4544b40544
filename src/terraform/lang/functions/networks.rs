//! Functions on address ranges.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{BOOL, Call, Failure, Function, Outcome, STRING, STRINGS, number, string};
use crate::terraform::lang::Val;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("cidrcontains", &[string("containing_prefix"), string("contained_ip_or_prefix")], BOOL, cidrcontains),
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

    fn last(self) -> u128 {
        self.network | low_bits(self.host_bits())
    }

    fn address(self, address: u128) -> String {
        match self.bits {
            32 => Ipv4Addr::from(u32::try_from(address & u128::from(u32::MAX)).unwrap_or(0)).to_string(),
            _ => Ipv6Addr::from(address).to_string(),
        }
    }

    fn show(self) -> String {
        format!("{}/{}", self.address(self.network), self.prefix)
    }
}

fn low_bits(count: u32) -> u128 {
    1_u128.checked_shl(count).map_or(u128::MAX, |bit| bit - 1)
}

/// Reads an address. Terraform reads `010.0.0.0` as decimal, as it always has.
fn parse_address(text: &str) -> Option<IpAddr> {
    if text.contains(':') {
        let is_plain = !text.contains('%');
        return text.parse::<Ipv6Addr>().ok().filter(|_| is_plain).map(IpAddr::V6).or_else(|| parse_mixed(text));
    }
    parse_ipv4(text).map(IpAddr::V4)
}

fn parse_ipv4(text: &str) -> Option<Ipv4Addr> {
    let mut bytes = [0_u8; 4];
    let mut parts = text.split('.');
    for byte in &mut bytes {
        let part = parts.next()?;
        let is_number = !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit());
        let significant = part.trim_start_matches('0');
        *byte = match significant {
            "" if is_number => 0,
            _ if is_number => significant.parse().ok()?,
            _ => return None,
        };
    }
    parts.next().is_none().then(|| bytes.into())
}

/// IPv6 that ends in an IPv4 address with leading zeros.
fn parse_mixed(text: &str) -> Option<IpAddr> {
    let (head, tail) = text.rsplit_once(':')?;
    let tail = parse_ipv4(tail)?;
    format!("{head}:{tail}").parse::<Ipv6Addr>().ok().map(IpAddr::V6)
}

fn parse_range(text: &str) -> Result<Range, String> {
    let invalid = || format!("invalid CIDR expression: invalid CIDR address: {text}");
    let (address, prefix) = text.split_once('/').ok_or_else(invalid)?;
    let is_number = !prefix.is_empty() && prefix.bytes().all(|digit| digit.is_ascii_digit());
    let prefix: u32 = prefix.parse().ok().filter(|_| is_number).ok_or_else(invalid)?;
    let (address, bits) = match parse_address(address).ok_or_else(invalid)? {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    };
    if prefix > bits {
        return Err(invalid());
    }
    Ok(Range::new(address, prefix, bits))
}

/// A range to calculate with.
fn range(call: &Call<'_>) -> Result<Range, Failure> {
    let range = parse_range(call.text(0)).map_err(Failure::Call)?;
    if range.bits == 128 && Ipv6Addr::from(range.network).to_ipv4_mapped().is_some() {
        return Err(own_way("an IPv4 address within IPv6"));
    }
    Ok(range)
}

/// Terraform's library has an answer, but none that follows from the addresses.
fn own_way(what: &str) -> Failure {
    Failure::Unknown(format!("Terraform calculates with {what} in a way of its own"))
}

/// A whole number of any size.
fn whole(call: &Call<'_>, position: usize) -> Result<i128, Failure> {
    let number = call.number(position);
    match number.as_i128() {
        Some(whole) => Ok(whole),
        None if number == number.floor() => Err(own_way("numbers of more than 64 bits")),
        None => Err(Failure::call("value must be a whole number")),
    }
}

fn cidrcontains(call: &Call<'_>) -> Outcome {
    let containing = range(call)?;
    let text = call.text(1);
    let inner = match parse_range(text) {
        Ok(inner) => inner,
        Err(_) => match parse_address(text) {
            Some(IpAddr::V4(address)) => Range::new(u128::from(u32::from(address)), 32, 32),
            Some(IpAddr::V6(address)) => Range::new(u128::from(address), 128, 128),
            None => return Err(Failure::call(format!("invalid IP address or prefix: {text}"))),
        },
    };
    if inner.bits != containing.bits {
        return Err(Failure::call(format!("address family mismatch: {} vs. {text}", call.text(0))));
    }
    Ok(Val::bool(containing.network <= inner.network && inner.last() <= containing.last()))
}

fn cidrhost(call: &Call<'_>) -> Outcome {
    let number = whole(call, 1)?;
    let range = range(call)?;
    let size_minus_one = low_bits(range.host_bits());
    let too_large =
        || Failure::call(format!("prefix of {} does not accommodate a host numbered {number}", range.prefix));
    let offset = match u128::try_from(number) {
        Ok(offset) if offset <= size_minus_one => offset,
        Ok(_) if number > i128::from(i64::MAX) => return Err(own_way("numbers of more than 64 bits")),
        Ok(_) => return Err(too_large()),
        // Negative numbers count from the end.
        Err(_) => size_minus_one.checked_sub(number.unsigned_abs() - 1).ok_or_else(too_large)?,
    };
    Ok(Val::string(range.address(range.network | offset)))
}

fn cidrnetmask(call: &Call<'_>) -> Outcome {
    let range = range(call)?;
    if range.bits != 32 {
        let message = format!("IPv6 addresses cannot have a netmask: {}", call.text(0));
        return Err(Failure::call(message));
    }
    Ok(Val::string(range.address(!low_bits(range.host_bits()))))
}

fn cidrsubnet(call: &Call<'_>) -> Outcome {
    let extra = call.integer(1).map_err(Failure::Call)?;
    let number = whole(call, 2)?;
    let range = range(call)?;
    if extra < 0 || number < 0 {
        return Err(own_way("negative numbers"));
    }
    let prefix = u32::try_from(extra).ok().map(|extra| range.prefix.saturating_add(extra));
    let Some(prefix) = prefix.filter(|prefix| *prefix <= range.bits) else {
        let message = format!("insufficient address space to extend prefix of {} by {extra}", range.prefix);
        return Err(Failure::call(message));
    };
    let index = number.unsigned_abs();
    if index > low_bits(prefix - range.prefix) {
        if index > u128::from(u64::MAX) {
            return Err(own_way("numbers of more than 64 bits"));
        }
        let message = format!("prefix extension of {extra} does not accommodate a subnet numbered {number}");
        return Err(Failure::call(message));
    }
    let network = range.network | index.checked_shl(range.bits - prefix).unwrap_or(0);
    Ok(Val::string(Range { network, prefix, ..range }.show()))
}

fn cidrsubnets(call: &Call<'_>) -> Outcome {
    let range = range(call).map_err(|failure| match failure {
        Failure::Call(message) => Failure::Argument(0, message),
        other => other,
    })?;
    let mut previous: Option<Range> = None;
    let mut subnets = Vec::new();
    for position in 1..call.arguments.len() {
        let extra = call.integer(position).map_err(|message| Failure::argument(position, message))?;
        let extra = match u32::try_from(extra) {
            Ok(extra @ 1..=32) => extra,
            Ok(0) | Err(_) if extra < 1 => {
                return Err(Failure::argument(position, "must extend prefix by at least one bit"));
            }
            _ => return Err(Failure::argument(position, "may not extend prefix by more than 32 bits")),
        };
        let prefix = range.prefix + extra;
        if prefix > range.bits {
            let version = if range.bits == 32 { 4 } else { 6 };
            let message =
                format!("would extend prefix to {prefix} bits, which is too long for an IPv{version} address");
            return Err(Failure::argument(position, message));
        }
        let size_minus_one = low_bits(range.bits - prefix);
        // A subnet begins at a multiple of its own size.
        let start = match previous {
            None => Some(range.network),
            Some(previous) => previous
                .last()
                .checked_add(1)
                .and_then(|next| next.checked_add(size_minus_one))
                .map(|end| end & !size_minus_one),
        };
        let Some(network) = start.filter(|start| *start <= range.last() && start | size_minus_one <= range.last())
        else {
            let after = previous.map_or_else(|| range.show(), Range::show);
            let message =
                format!("not enough remaining address space for a subnet with a prefix of {prefix} bits after {after}");
            return Err(Failure::argument(position, message));
        };
        let subnet = Range { network, prefix, ..range };
        subnets.push(subnet.show());
        previous = Some(subnet);
    }
    Ok(Val::strings(subnets))
}
