# SPDX-License-Identifier: Apache-2.0
"""The words the lab makes people and places from: given names, surnames, streets, towns. All listed here.

Given names and the head of the surname list are ordinary names of many origins, drawn independently of each other;
the tail of the surnames and every street and town are put together from syllables. Nobody is meant.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np

from lawgate_lab.seeds import Array, stream

GIVEN = """
Maria James José Mary Juan Robert Ana John Luis Patricia Carlos Jennifer Michael Linda William Elizabeth David Carmen
Rosa Richard Susan Joseph Jessica Thomas Sarah Jorge Karen Miguel Nancy Daniel Lisa Pedro Margaret Francisco Sandra
Mohammed Ashley Antonio Emily Manuel Donna Jesús Michelle Wei Carol Ahmed Amanda Nguyen Melissa Ramón Deborah Raúl
Stephanie Andrés Rebecca Fernando Laura Ricardo Sharon Eduardo Cynthia Sofía Kathleen Javier Amy Roberto Angela Alejandro
Shirley Sergio Anna Rafael Brenda Héctor Pamela Óscar Emma Rubén Nicole Arturo Helen Enrique Samantha Gerardo Katherine
Alberto Christine Guillermo Debra Julio Rachel Mario Carolyn Víctor Janet Ernesto Maria-Elena Gloria Teresa Lucía Elena
Isabel Dolores Guadalupe Esperanza Concepción Pilar Mercedes Consuelo Beatriz Leticia Verónica Marisol Yolanda Graciela
Olivia Ava Charlotte Mia Amelia Harper Evelyn Abigail Ella Scarlett Grace Chloe Victoria Riley Aria Lily Zoe Nora Hazel
Liam Noah Oliver Elijah Lucas Mason Logan Ethan Jacob Aiden Jackson Levi Sebastian Mateo Jack Owen Theodore Caleb Isaac
Fatima Aisha Omar Ali Hassan Khadija Yusuf Ibrahim Zainab Layla Amina Karim Samir Nadia Tariq Rania Bilal Mariam Idris
Li Ming Xin Yan Hui Jing Lei Mei Fang Hao Jun Ling Qing Tao Xiu Ying Zhen Bo Chun Dong Linh Minh Anh Hoa Huong Thanh
Tuan Phuong Lan Duc Trang Hung Mai Ngoc Quang Son Priya Raj Anil Sunita Vijay Deepa Sanjay Lakshmi Arjun Kavita Ravi Meena
Suresh Anjali Rohit Pooja Amit Neha Nikhil Divya Gurpreet Harjit Manpreet Simran Jaswinder Amandeep Oleksandr Iryna Dmytro
Natalia Sergei Olga Ivan Tatiana Andrei Svetlana Vladimir Ekaterina Piotr Agnieszka Łukasz Małgorzata Zbigniew Wojciech
Jean-Baptiste Marie-Claire François Élodie Thérèse René Zoé Gaëlle Benoît André Joseline Wilner Fabiola Widelene Emmanuel
João Conceição Inês Tiago Gonçalo Márcia Luísa Antônio Simão Beatriu Kwame Ama Kofi Akua Yaw Abena Chinedu Ngozi Emeka
Adaeze Oluwaseun Folake Tunde Ifeoma Babatunde Amara Mamadou Fatou Ousmane Aminata Moussa Awa Tesfaye Almaz Dawit Hiwot
Abebe Selam Kidane Senait Min-jun Seo-yeon Ji-hoon Hye-jin Sung-min Eun-ji Young-ho Soo-jin Jae-won Mi-sook Haruto Yui
Sakura Kenji Akiko Hiroshi Jun'ichi Naomi Søren Åsa Björn Jürgen Günther Käthe Zoltán Ágnes László Katalin István Erzsébet
Nikos Eleni Giorgos Katerina Dimitra Kostas Ioana Mihai Elena-Maria Ștefan Andreea Bogdan D'Angelo DeShawn LaToya Keisha
Malik Imani Jamal Ebony Tyrone Shanice Darnell Latisha Terrell Kiara Xóchitl Itzel Cuauhtémoc Citlali Nayeli Yaretzi Ixchel
""".split()

FAMILY = """
García Rodríguez Smith Martínez Hernández López Johnson González Pérez Williams Sánchez Brown Ramírez Jones Torres Davis Flores
Nguyen Rivera Miller Gómez Díaz Wilson Reyes Cruz Moore Morales Ortiz Taylor Gutiérrez Chávez Ramos Anderson Ruiz Álvarez Thomas
Mendoza Vásquez Jackson Castillo Jiménez White Moreno Romero Harris Herrera Medina Martin Aguilar Vargas Thompson Castro Guzmán
Méndez Muñoz Salazar Garza Soto Robinson Vega Rojas Clark Contreras Lewis Estrada Ortega Lee Guerrero Luna Walker Delgado Hall
Ríos Domínguez Allen Sandoval Young Núñez Padilla Valdez King Peña Cabrera Wright Mejía Figueroa Scott León Santiago Green Ávila
Acosta Adams Maldonado Baker Nelson Molina Campos Mitchell Espinoza Roberts Fuentes Carter Miranda Phillips Navarro Campbell Ayala
Evans Trujillo Turner Cervantes Parker Juárez Collins Edwards Lara Stewart Orozco Morris Rosales Murphy Pacheco Cook Salinas Rogers
Arellano Morgan Quintero Peterson Velasco Cooper Barrera Reed Bailey Zamora Bell Calderón Kelly Howard Ibarra Ward Cárdenas Cox
Galván Richardson Serrano Watson Bautista Brooks Wood Escobar James Nava Bennett Gray Lozano Cuevas Hughes Price Montoya Myers
De-La-Cruz De-León Del-Río De-La-Rosa San-Miguel Van-Houten Van-der-Meer Von-Braunfels Mac-Ewan O'Brien O'Connor D'Amico Ng Wu
Chen Wang Li Zhang Liu Yang Huang Zhao Zhou Xu Sun Ma Zhu Hu Guo He Lin Tran Le Pham Hoang Phan Vu Vo Dang Bui Do Ho Ngo Duong Ly
Kim Park Choi Jung Kang Cho Yoon Jang Lim Han Oh Seo Shin Kwon Patel Singh Shah Kumar Sharma Gupta Reddy Rao Desai Mehta Kaur
Gill Sidhu Dhillon Grewal Sandhu Khan Ahmed Hussain Malik Qureshi Siddiqui Chaudhry Rahman Hossain Islam Chowdhury Begum Hassan
Mohamed Abdi Ali Yusuf Farah Warsame Ibrahim Mahmoud El-Sayed Al-Masri Haddad Khoury Nasser Saleh Okafor Okonkwo Adeyemi Balogun
Eze Nwosu Olawale Abubakar Mensah Owusu Asante Boateng Osei Appiah Diallo Traoré Diop Ndiaye Keita Sow Camara Bâ Tesfaye Bekele
Gebremedhin Haile Tadesse Kowalski Nowak Wiśniewski Wójcik Kamiński Zieliński Szymański Novák Svoboda Dvořák Horvát Nagy Tóth Szabó
Kovács Popescu Ionescu Ivanov Petrov Kuznetsova Smirnov Volkov Shevchenko Kovalenko Bondarenko Tkachenko Melnyk Silva Santos
Oliveira Souza Pereira Carvalho Araújo Gonçalves Simões Magalhães Jean Pierre-Louis Baptiste Charles Joseph Désir Toussaint Estimé
Müller Schröder Köhler Weiß Krüger Lindström Söderberg Håkansson Nygård Jørgensen Sørensen Papadopoulos Nikolaidis Rossi Esposito
Ricci Marino Tanaka Suzuki Takahashi Watanabe Yamamoto Nakamura Kobayashi Begaye Yazzie Tsosie Kealoha Kahananui Xicoténcatl
""".split()

_TOWN = ("Alder Birch Brook Cald Dun East Fair Gar Hart Ivy Kel Lind Mar Nor Oaken Pem Quill Rav Stan Thorn Ulver Vale "
         "West Yar").split()
_TOWN_END = "bury combe dale field ford gate haven hurst leigh mere mouth port stead ton vale wick worth".split()
_STREET = ("Amber Ash Bracken Briar Cedar Clover Copper Cran Dapple Elder Ember Fal Fern Finch Flint Fox Gorse Hazel "
           "Heather Heron Holly Jasper Juni Kestrel Lark Laurel Linden Lupin Mallow Maple Marl Mead Moss Nettle Oriel "
           "Osier Otter Pear Plover Quince Raven Reed Rowan Russet Saffron Sedge Sloe Sorrel Spruce Swallow Tansy "
           "Teasel Thistle Thrush Umber Vetch Walnut Willow Wren Yarrow").split()
_STREET_END = "bourne by croft dell don ham hew land ling low lyn man more ness ridd sett shaw stow thorpe wold".split()
_SUFFIX = "Street Avenue Drive Lane Road Court Place Boulevard Terrace Circle Way Trail".split()
_BEGIN = "Ba Be Bri Ca Che Co Da De Dro Fa Fe Ga Gre Ha Ja Ka Kre La Lo Ma Me Mo Na Pa Pe Ra Ro Sa Ste Ta Ti Va Ve Wa Za".split()
_MIDDLE = "bel cha dri fen gor har kin lan mer nov pel ran sil tam vor".split()
_END = "ada aro dez elli ert ić in man mont ov ski son ton ura veld".split()
REGIONS = ("CT MA ME NH NJ RI VT", "DE NY PA", "MD NC SC VA WV DC", "AL FL GA MS TN", "IN KY MI OH",
           "IA MN MT ND SD WI", "IL KS MO NE", "AR LA OK TX", "AZ CO ID NM NV UT WY", "AK CA HI OR WA")
SUFFIXES = ("", "Jr", "Sr", "II", "III")
_SPECIAL = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ß": "ss", "æ": "ae", "Æ": "AE"})


def fold(text: str) -> str:
    """Upper-case ASCII letters only: no accents, spaces, hyphens or apostrophes. The coarsest equality of names."""
    plain = unicodedata.normalize("NFKD", text.translate(_SPECIAL))
    return "".join(letter for letter in plain.upper() if "A" <= letter <= "Z")


def unaccented(text: str) -> str:
    """The text with its accents lost and everything else kept."""
    plain = unicodedata.normalize("NFKD", text.translate(_SPECIAL))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def fold_ids(words: list[str]) -> Array:
    """One number per word, equal for words that fold to the same letters. Shape: (len(words),)."""
    seen: dict[str, int] = {}
    return np.array([seen.setdefault(fold(word), len(seen)) for word in words], dtype=np.int64)


@dataclass(frozen=True)
class Lexicon:
    """Every word list a world is coded against; a code is an index into one of these lists.

    A surname code is `a` (one surname of `family`), or `a + S * (b + 1)` for "a b", or `a + S * (S + b + 1)` for "a-b",
    where S is the length of `family`. `streets[0]` and `units[0]` are empty. `places` are (city, state, zip).
    """

    given: list[str]
    family: list[str]
    middles: list[str]
    streets: list[str]
    units: list[str]
    places: list[tuple[str, str, str]]

    def surname(self, code: int) -> str:
        """The surname of one code, as text."""
        size = len(self.family)
        pair, a = divmod(code, size)
        if pair == 0:
            return self.family[a]
        hyphen, b = divmod(pair - 1, size)
        return self.family[a] + ("-" if hyphen else " ") + self.family[b]


def _places(count: int) -> list[tuple[str, str, str]]:
    rng = stream(0, "places")
    towns = [a + b for a, b in product(_TOWN, _TOWN_END)]
    zips = rng.permutation(np.arange(10_000))
    made, serial = [], 0
    while len(made) < count:
        town = towns[serial % len(towns)]
        region = int(rng.integers(10))
        states = REGIONS[region].split()
        state = states[int(rng.integers(len(states)))]
        for _ in range(int(rng.integers(1, 4))):  # a town has one to three ZIP codes, each of one town only
            made.append((town, state, f"{region}{int(zips[len(made)]):04d}"))
        serial += 1
    return made[:count]


def _family() -> list[str]:
    listed = [word.replace("-", " ") if word[:3] in {"De-", "Del", "San", "Van", "Von"} else word for word in FAMILY]
    tail = [a + b + c for a, b, c in product(_BEGIN, _MIDDLE, _END)]
    order = stream(0, "family").permutation(len(tail))[:5400]
    return list(dict.fromkeys(listed + [tail[i] for i in order]))


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The word lists of the generator, the same for every seed. About 400 given names, 6,000 surnames, 2,400 streets."""
    stems = [a + b for a, b in product(_STREET, _STREET_END)]
    streets = [""] + [f"{stem} {_SUFFIX[(i * 7 + k * 5) % 12]}" for i, stem in enumerate(stems) for k in range(2)]
    middles = ["", *"ABCDEFGHIJKLMNOPRSTVWY", "Lee", "Ann", "María", "José", "del Carmen", "Marie", "Alan", "Ngọc", "Kaur"]
    units = ["", *(f"Apt {n}" for n in range(1, 61)), *(f"Unit {n}" for n in range(1, 61))]
    return Lexicon(list(dict.fromkeys(GIVEN)), _family(), middles, streets, units, _places(2000))
