// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// Organisations count up from 1 without gaps; at most 2^20 - 1, so that the id fits the complaint's word.
type OrganisationId is uint24;
/// Complaints count up from 1 without gaps. The house dispute about a complaint bears the complaint's number.
type ComplaintId is uint64;
/// A place in the court's draw. Never changes size or place; a freed number goes only to a newer stake.
type PositionId is uint32;

using {_sameOrganisation as ==, _otherOrganisation as !=} for OrganisationId global;
using {_sameComplaint as ==, _otherComplaint as !=} for ComplaintId global;

function _sameOrganisation(OrganisationId a, OrganisationId b) pure returns (bool) {
    return OrganisationId.unwrap(a) == OrganisationId.unwrap(b);
}

function _otherOrganisation(OrganisationId a, OrganisationId b) pure returns (bool) {
    return !(a == b);
}

function _sameComplaint(ComplaintId a, ComplaintId b) pure returns (bool) {
    return ComplaintId.unwrap(a) == ComplaintId.unwrap(b);
}

function _otherComplaint(ComplaintId a, ComplaintId b) pure returns (bool) {
    return !(a == b);
}
