"""The knowledge base and the intake each keep the city's facts in the form they need them; the facts themselves must be the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.intake.catalog import IntakeCatalog
from bot.intake.vocabulary import Agency
from bot.knowledge.city import City

DATA = Path(__file__).resolve().parents[1] / "data"


@pytest.fixture(scope="module")
def city() -> City:
    return City.load(DATA / "knowledge")


@pytest.fixture(scope="module")
def catalog() -> IntakeCatalog:
    return IntakeCatalog.load(DATA / "intake")


def test_both_serve_the_same_city(city: City, catalog: IntakeCatalog) -> None:
    home = catalog.regions.home
    assert (home.adcode, home.name) == (city.adcode, city.full_name)
    assert {city.name, city.full_name} <= set(home.names)


def test_both_know_the_same_districts_by_the_same_names(city: City, catalog: IntakeCatalog) -> None:
    told = {district.adcode: (district.name, {district.name, *district.aliases}) for district in city.regions}
    taken = {district.adcode: (district.name, set(district.names)) for district in catalog.regions.districts}
    assert taken == told


def test_a_name_shared_with_another_city_needs_context_in_both(city: City, catalog: IntakeCatalog) -> None:
    shared = {district.adcode for district in city.regions if district.shared_with}
    assert {district.adcode for district in catalog.regions.districts if district.needs_context} == shared


def test_a_place_known_to_both_lies_in_the_same_district(city: City, catalog: IntakeCatalog) -> None:
    told = {place: district.adcode for district in city.regions for place in district.places}
    taken = {locality.name: locality.adcode for locality in catalog.regions.localities}
    common = told.keys() & taken.keys()
    assert common
    assert {place: taken[place] for place in common} == {place: told[place] for place in common}


def test_both_know_the_same_agencies_and_name_them_alike(city: City, catalog: IntakeCatalog) -> None:
    assert set(city.agencies) == {agency.value for agency in Agency}
    for agency in Agency:
        # What the office used to be called, in brackets, is for people; a form names the office as it is.
        told = city.agencies[agency.value].name.partition("（")[0]
        assert told.removeprefix(city.full_name) == catalog.agency_name(agency).removeprefix(city.full_name), agency


def test_a_number_given_for_an_agency_is_one_of_the_citys_hotlines(city: City, catalog: IntakeCatalog) -> None:
    numbers = {hotline.number for hotline in city.hotlines}
    assert {agency.phone for agency in city.agencies.values()} <= numbers
    assert {agency.hotline for agency in catalog.agencies.values()} <= numbers


@pytest.mark.parametrize("agency", [agency for agency in Agency if agency is not Agency.JUDICIAL])
def test_both_give_the_same_number_for_an_agency(city: City, catalog: IntakeCatalog, agency: Agency) -> None:
    # Of the judicial bureau's lawyers 12345 passes complaints on, as the bureau's own number is not verified; 12348 advises who was cheated.
    assert catalog.agencies[agency].hotline == city.agencies[agency.value].phone
