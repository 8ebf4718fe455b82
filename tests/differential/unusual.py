# SPDX-License-Identifier: Apache-2.0
"""Addresses that mail reaches although they look odd: every form of the postal standard and of local habit. Made up."""

from collections.abc import Callable
from random import Random

COUNT = {"ci": 4_000, "full": 200_000}
NAMES = (
    "Oak", "Broadway", "Núñez", "O'Hara", "Saint Mary's", "Unknown", "Nowhere", "Homeless Hollow", "Kaʻahumanu",
    "El Camino Real",
    "Martin Luther King Jr", "7 Mile", "Rte 66", "Avenue A", "The Strand", "Calle del Sol", "Old US Hwy 1",
    "Box Elder", "Unit",
    "Jailhouse", "Same", "Test", "Null", "Void", "Weiß", "Łódź", "Front", "Pier", "Upper Terrace", "Côte", "1st",
    "42nd",
)  # fmt: skip
KINDS = ("Street", "St.", "AVENUE", "Blvd", "Lane", "Ct", "Hwy", "Pkwy", "Trl", "Xing", "Loop", "Way")
UNITS = (
    "", "", "", "Apt 5", "#5", "Unit B-2", "Ste 100", "Bldg 3 Apt 5", "PMB 12", "Rm 4 Bed 2", "Fl 3", "5th Floor",
    "Rear", "Bsmt",
    "Lot 7", "Trlr 4", "Spc 9", "Penthouse", "Upper", "Slip 3", "Dept 12",
)  # fmt: skip
CITIES = (
    "Hartvale",
    "St. Louïs",
    "Winston-Salem",
    "Truth or Consequences",
    "O'Fallon",
    "King of Prussia",
    "Peru",
    "Mexico",
)
STATES = ("AK", "ny", "N.Y.", "California", "District of Columbia", "WI", "Ut")
ZIPS = ("97303", "97303-1234", "97303 1234", "973031234")
Address = tuple[str, str, str, str, str]


def unusual(number: int) -> Address:
    """Address `number`: line1, line2, city, state, ZIP."""
    rng = Random(number)
    line, unit, *town = rng.choice(FORMS)(rng)
    city, state, code = town or (rng.choice(CITIES), rng.choice(STATES), rng.choice(ZIPS))
    line = rng.choice((line, line, line.upper(), line.lower(), line.replace(" ", "  ")))
    if unit and rng.random() < 0.5:
        line, unit = f"{line}{rng.choice((' ', ', '))}{unit}", ""
    return line, unit, city, state, code


def _number(rng: Random) -> str:
    n = str(rng.randrange(1, 99999))
    return rng.choice(
        (n, n, n, f"{n}A", f"{n} 1/2", f"{n}½", f"{n}-{rng.randrange(1, 99)}", f"{n} & {rng.randrange(1, 99)}")
    )


def _street(rng: Random) -> str:
    way = rng.choice(("", "", "N ", "South ", "NE "))
    return f"{way}{rng.choice(NAMES)} {rng.choice(KINDS)}{rng.choice(('', '', ' W', ' Southeast'))}"


def _house(rng: Random) -> list[str]:
    return [f"{_number(rng)} {_street(rng)}", rng.choice(UNITS)]


def _no_kind(rng: Random) -> list[str]:
    named = ("Broadway", "The Strand", "Avenue A", "El Camino Real", "Kaʻahumanu", "Old US Hwy 1",
             "Boulevard", "Court", "Terrace", "Plaza", "Avenue S", "Road E", "145 Drive", "5th St NW")  # fmt: skip
    return [f"{rng.randrange(1, 9999)} {rng.choice(named)}", ""]


def _grid(rng: Random) -> list[str]:
    a, b = rng.randrange(100, 9999), rng.randrange(100, 9999)
    return [
        rng.choice(
            (
                f"N{a % 99}W{b} {_street(rng)}", f"W{a} N{b} {_street(rng)}", f"N{a} {_street(rng)}", f"{a} E {b} S",
                f"{a} East {b} South", f"{a} W {b} N", f"G-{a + 1000} Miller Rd", f"G{a + 1000} Miller Rd",
                f"{a} N {b} W Apt 3",
                f"{a % 99}-{b % 99} {b % 90 + 10}th Ave",
            )
        ),
        "",
    ]  # fmt: skip


def _road(rng: Random) -> list[str]:
    n, k = rng.randrange(1, 9999), rng.randrange(1, 400)
    roads = (
        "County Road {k}", "CR {k}", "Co Rd {k}A", "State Route {k}", "SR {k}", "US Highway {k}", "U.S. Hwy {k} W",
        "FM {k}",
        "Interstate {k}", "I-{k} Frontage Rd", "Hwy {k} N", "Highway {k}", "Township Rd {k}", "Farm to Market Road {k}",
    )  # fmt: skip
    road = rng.choice(roads).format(k=k)
    return [rng.choice((f"{n} {road}", f"{n} {road}", f"Highway {k} Box {n}", f"Mile {n % 400 + 1} Old Parks Hwy")), ""]


def _rural(rng: Random) -> list[str]:
    k, n = rng.randrange(1, 99), rng.randrange(1, 999)
    forms = (
        "RR {k} Box {n}", "R.R. {k}, Box {n}A", "Rural Route {k} Box {n}", "RFD {k} Box {n}", "RFD Route {k} Box #{n}",
        "Route {k} Box {n}", "RR0{k} Box {n}", "HC {k} Box {n}", "HC-{k} Box {n}", "HCR {k} Box {n}",
        "Star Route {k} Box {n}",
        "Highway Contract Route {k} Box {n}", "RR {k} Box {n} Dairy Rd",
    )  # fmt: skip
    return [rng.choice(forms).format(k=k, n=n), ""]


def _box(rng: Random) -> list[str]:
    n = rng.choice((str(rng.randrange(1, 99999)), f"{rng.randrange(99)}A", "B"))
    forms = (
        "PO Box {n}", "P.O. Box {n}", "P. O. Box {n}", "POB {n}", "Post Office Box {n}", "P.O.Box {n}", "PO Box #{n}",
        "PO Box No. {n}", "PO Drawer {n}", "P O Box {n}", "Hale Farm, PO Box {n}", "PO Box {n} Oak Station",
    )  # fmt: skip
    return [rng.choice(forms).format(n=n), ""]


def _military(rng: Random) -> list[str]:
    k, n = rng.randrange(1, 99), rng.randrange(1, 9999)
    forms = (
        "PSC {k} Box {n}",
        "CMR {k} Box {n}",
        "Unit {n} Box {k}",
        "PSC {k}",
        "Unit {n}",
        "USS Example",
        "Box {n} PSC {k}",
    )
    town = (rng.choice(("APO", "FPO", "DPO", "apo")), rng.choice(("AE", "AP", "AA")), "09001")
    return [rng.choice(forms).format(k=k, n=n), "", *town]


def _island(rng: Random) -> list[str]:
    k, n = rng.randrange(1, 99), rng.randrange(1, 999)
    forms = (
        ("{n} Calle A", ""), ("Urb Las Flores", "{n} Calle {k}"), ("Urbanización Las Flores", "{n} Calle Rosa"),
        ("Cond Miraflores", "Apt {n}"), ("Calle Rosa {n}", ""), ("Res Las Margaritas Edif {k}", "Apt {n}"),
        ("Carr 172 Km {k}.5", ""), ("Bo Cedro Km {k} Hm 5", ""), ("D-{k} Calle 5", ""), ("HC 1 Box {n}", ""),
        ("{n} Estate Thomas", ""), ("No {k} Estate Mary", ""), ("{n} Chalan San Antonio", "Ste {k}"),
        ("PO Box {n}", ""),
        ("{k}-{n} Estate Smith", ""), ("Lot {n} Marine Corps Dr", ""), ("Parcelas Suarez {n}", ""),
    )  # fmt: skip
    line, unit = rng.choice(forms)
    towns = (
        ("San Juan", "PR", "00926"),
        ("St Thomas", "VI", "00802"),
        ("Hagåtña", "GU", "96910"),
        ("Ponce", "Puerto Rico", "00730"),
    )
    return [line.format(k=k, n=n), unit.format(k=k, n=n), *rng.choice(towns)]


def _named(rng: Random) -> list[str]:
    n = rng.randrange(1, 999)
    forms = (
        "Apt {n}, 12 Oak St", "Lincoln Towers, {n} Oak Street", "Hale Hall {n} Campus Dr", "c/o Bo Hale, {n} Oak St",
        "PMB {n} 12 Oak St",
        "One Main Street", "Two Penn Plaza", "Lot {n} Sunny Acres Mobile Home Park", "Slip {n} Harbor Marina",
        "Bldg {n} Fort Example",
        "The Old Mill, {n} River Rd", "{n} Oak St, c/o Hale", "County Jail, {n} Main St", "{n} Elm St Family Shelter",
        "#{n} 12 Oak St",
        "{n} Oak St PO Box 12", "Hale & Sons {n} Elm Ave N",
    )  # fmt: skip
    return [rng.choice(forms).format(n=n), ""]


def _abroad(rng: Random) -> list[str]:
    n = rng.randrange(1, 999)
    forms: tuple[tuple[str, ...], ...] = (
        ("12 Rue X", "", "Paris", "France", "75001"), ("Calle Reforma {n}", "Col Centro", "Puebla", "Mexico", "72000"),
        ("Hauptstrasse {n}", "", "Berlin", "Germany", "10115"), ("{n} King St", "", "Toronto", "ON", "M5V 2T6"),
        ("{n} King St", "", "Toronto", "ON", "M5V2T6"), ("Av Paulista {n}", "", "São Paulo", "Brasil", "01310-100"),
        ("Flat {n} 5 High St", "", "London", "United Kingdom", "SW1A 1AA"),
        ("Rose Cottage", "", "Little Snoring England", "", ""),
        ("Calle Hidalgo S/N", "", "Oaxaca", "Mexico", "68000"), ("{n} Nathan Rd", "Hong Kong", "Kowloon", "", ""),
        ("Casa {n} Zona 5", "", "Guatemala Guatemala", "", "01005"), ("{n} MG Road", "", "Pune", "INDIA", "411001"),
    )  # fmt: skip
    line, *rest = rng.choice(forms)
    return [line.format(n=n), *rest]


FORMS: tuple[Callable[[Random], list[str]], ...] = (
    _house, _house, _no_kind, _grid, _road, _rural, _box, _military, _island, _named, _abroad,
)  # fmt: skip
