"""The words of the synthetic orders, and how common each is."""
# ruff: noqa: RUF001 -- letters of other alphabets that resemble Latin ones are the point of these lists

from __future__ import annotations

from typing import NamedTuple, TypeVar

_T = TypeVar("_T")


def spread(*weighted: tuple[int, _T]) -> tuple[_T, ...]:
    """Repeat each value by its weight, so that a uniform pick becomes a weighted one."""
    return tuple(value for weight, value in weighted for _ in range(weight))


class City(NamedTuple):
    """A city where customers live.

    ``tax`` is in hundredths of a percent; ``alphabet`` is a key of ``NAMES``.
    """

    country: str
    country_name: str
    subdivision: str
    subdivision_name: str
    city: str
    postal_code: str
    street: str
    currency: str
    language: str
    tax: int
    alphabet: str


CITIES = spread(
    (22, City("US", "United States", "US-NY", "New York", "New York", "10173", "5th Ave", "USD", "en", 400, "latin")),
    (14, City("US", "United States", "US-CA", "California", "San José", "95112", "Oak St", "USD", "en", 725, "latin")),
    (8, City("US", "United States", "US-OR", "Oregon", "Portland", "97205", "SW 9th Ave", "USD", "es", 0, "accented")),
    (6, City("CA", "Canada", "CA-QC", "Quebec", "Montréal", "H2X 1Y4", "Rue Clark", "CAD", "fr", 1498, "accented")),
    (10, City("GB", "United Kingdom", "GB-LND", "London", "London", "NW1 6XE", "Baker St", "GBP", "en", 0, "latin")),
    (9, City("DE", "Germany", "DE-BE", "Berlin", "Berlin", "10115", "Große Straße", "EUR", "de", 1900, "accented")),
    (5, City("FR", "France", "FR-75", "Île-de-France", "Paris", "75011", "Rue Keller", "EUR", "fr", 2000, "accented")),
    (8, City("IL", "Israel", "IL-TA", "Tel Aviv", "תל אביב", "6433222", "דיזנגוף", "ILS", "he", 1700, "hebrew")),
    (6, City("UA", "Ukraine", "UA-30", "Kyiv", "Київ", "01001", "вул. Хрещатик", "EUR", "uk", 2000, "cyrillic")),
    (3, City("GR", "Greece", "GR-I", "Attica", "Αθήνα", "10563", "Οδός Ερμού", "EUR", "el", 2400, "greek")),
    (3, City("AE", "Emirates", "AE-DU", "Dubai", "دبي", "00000", "شارع الوصل", "USD", "ar", 500, "arabic")),
    (4, City("JP", "Japan", "JP-13", "Tokyo", "東京", "150-0001", "神宮前", "USD", "ja", 1000, "japanese")),
    (2, City("KR", "South Korea", "KR-11", "Seoul", "서울", "04524", "세종대로", "USD", "ko", 1000, "korean")),
)

# Per currency: the text before an amount, the decimal point, and the text after it.
MONEY = {
    "USD": ("$", ".", ""),
    "CAD": ("C$", ",", ""),
    "GBP": ("£", ".", ""),
    "EUR": ("", ",", " €"),
    "ILS": ("₪", ".", ""),
}

# Per alphabet: first names and last names. People type quotes, hyphens and the wildcards of LIKE, so these occur.
NAMES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "latin": (
        (*("John", "Jane", "Mary", "James", "Ann", "Mary Ann", "Robert", "Linda") * 4, "D_J", 'Bob "Bobby"', "ann"),
        (*("Doe", "Smith", "O'Brien", "Johnson", "Smith-Jones", "Lee") * 5, "van Dyke", "doe", "100% Cotton"),
    ),
    "accented": (
        ("José", "Zoë", "François", "Jürgen", "Ægir", "İpek", "Łukasz", "Renée", "Anaïs", "Søren", "Émile"),
        ("Müller", "Strauß", "Nuñez", "Šimůnek", "Ålund", "García", "Dvořák", "Desprès", "Ionescu", "Weiß"),
    ),
    "cyrillic": (("Олена", "Іван", "Анна", "Дмитро", "Юлія"), ("Шевченко", "Коваль", "Бондаренко", "Мельник", "Їжак")),
    "greek": (("Ελένη", "Γιώργος", "Μαρία", "Νίκος"), ("Παπαδόπουλος", "Νικολάου", "Οικονόμου")),
    "hebrew": (("דוד", "שרה", "נועה", "יוסי", "מיכל"), ("כהן", "לוי", "מזרחי", "פרץ", "ביטון")),
    "arabic": (("محمد", "فاطمة", "أحمد", "ليلى"), ("الهاشمي", "حسن", "العلي", "منصور")),
    "japanese": (("太郎", "花子", "さくら", "ケンジ"), ("佐藤", "鈴木", "高橋", "𠮷田")),
    "korean": (("민준", "서연", "지우"), ("김", "이", "박")),
}
ALPHABETS = tuple(NAMES)
COMPANIES = spread(
    (6, ""),
    (2, "Acme Inc."),
    (1, "Müller & Söhne GmbH"),
    (1, 'The "Best" Café'),
    (1, "100%_Natural Ltd"),
    (1, "株式会社サンプル"),
)
HANDLES = ("sunny", "blue.sky", "coffee_lover", "info", "office", "the-cat", "hello", "mail", "shop+wix", "n")
DOMAINS = spread((5, "example.com"), (2, "example.org"), (2, "mail.example.net"), (1, "firma.example"))

# The lengths of the next two lists have no common factor, so pairs made with one running number do not repeat.
STYLES = (
    "Brazilian",
    "Ethiopian",
    "Indonesian",
    "Classic",
    "Organic",
    "Handmade",
    "Vintage",
    "Blue",
    "Red",
    "Black",
    "White",
    "Small",
    "Large",
    "Travel",
    "Family",
    "Summer",
    "Winter",
    "Nordic",
    "Rustic",
    "Modern",
    "Ceramic",
    "Wooden",
    "Linen",
    "Cotton",
    "Woollen",
    "Recycled",
    "Deluxe",
    "Everyday",
    "Limited",
    "Signature",
    "Kids'",
    "Garden",
    "Ocean",
    "Midnight",
    "Golden",
    "Silver",
    "Rose",
    "Lavender",
    "Mint",
    "Lemon",
    "Vanilla",
    "Hazelnut",
    "Dark Roast",
    "Decaf",
)
KINDS = (
    "Arabica",
    "Blend",
    "Espresso",
    "Mug",
    "Cup",
    "Teapot",
    "Kettle",
    "Grinder",
    "Filter Pack",
    "Shirt",
    "T-Shirt",
    "Hoodie",
    "Scarf",
    "Hat",
    "Socks",
    "Shoe",
    "Sandal",
    "Watch",
    "Bracelet",
    "Ring",
    "Necklace",
    "Candle",
    "Soap",
    "Shampoo",
    "Towel",
    "Blanket",
    "Pillow",
    "Lamp",
    "Vase",
    "Poster",
    "Notebook",
    "Pencil Set",
    "Calendar",
    "Bag",
    "Backpack",
    "Wallet",
    "Belt",
    "Umbrella",
    "Cookies",
    "Chocolate",
    "Honey",
    "Jam",
    "Tea",
    "Bowl",
    "Plate",
    "Tray",
    "Gift Box",
)
UNUSUAL_PRODUCTS = (
    "Mug ☕ “World’s Best”",
    'Café "Noir" 100% Arabica',
    "50%_off bundle",
    "Tee 🧵 'Made by hand' 👩🏽‍🎨",
    "Fußmatte Größe L",
    "İstanbul Çay Seti",
    "back\\slash print",
    "Кава «Ранкова»",
    "抹茶ラテ 🍵",
    "קפה טורקי",
    "cafe\u0301 au lait",
    "mug",
    "MUG",
    "<b>Bold</b> & spicy salsa",
    "Birthday card 🎂🎉",
    "Nº 5; DROP TABLE teas --",
    "[$eq] pin badge",
    "Tea,\tloose leaf",
)
CUSTOM_ITEMS = ("Special wrapping", "Gift note", "Setup fee", "Hand engraving ✍️", "Rush order 100%", "Tip")
OPTIONS = (
    ("Size", ("Small", "Medium", "Large")),
    ("Color", ("Black", "Grey", "Brown", "Forest green")),
    ("Weight", ("250g", "500g", "1kg")),
    ("Ground for", ("Stovetop", "Filter", "Espresso machine")),
)

STORES_APP = "215238eb-22a5-4c36-9e7b-e7c08025e04e"
BOOKINGS_APP = "13d21c63-b5ec-5912-8397-c3a5ddb27a97"
GIFT_CARDS_APP = "d80111c5-a0f4-47a8-b63a-65b54d774a27"
SALES_CHANNELS_APP = "7d4c7b4e-29b5-4a1e-93f1-6d6cbb30a0c5"
PRODUCT_TYPES = spread(
    (40, ("PHYSICAL", STORES_APP)),
    (3, ("DIGITAL", STORES_APP)),
    (2, ("SERVICE", BOOKINGS_APP)),
    (1, ("GIFT_CARD", GIFT_CARDS_APP)),
)
STAFF = (
    "4a5954f0-8c60-4975-8210-c995c00f6077",
    "0e5c1df7-4e4f-4b52-8b43-1a5e0c7f9d21",
    "b8a1f3c6-92d7-4d0e-a6f5-3c7e2b9d4f18",
)


class Shipping(NamedTuple):
    """A shipping method.

    ``price`` is in cents; with ``slot`` the buyer chooses a time of day.
    """

    title: str
    delivery_time: str | None
    region: str | None
    price: int
    pickup: bool = False
    slot: bool = False


SHIPPING = spread(
    (30, Shipping("U.S Shipping", "3 - 5 business days", "Region 3", 500)),
    (16, Shipping("Standard US Shipping", "", "USA shipping", 1000)),
    (10, Shipping("Standard shipping", "5 - 7 business days", "Region 4", 690)),
    (8, Shipping("Express 🚀", "1 business day", "Region 3", 1995)),
    (7, Shipping("Free shipping", None, "Region 3", 0)),
    (6, Shipping("International", "2 - 3 weeks", "Rest of the world", 2450)),
    (5, Shipping("Versand innerhalb der EU", "3 - 5 Werktage", "EU", 890)),
    (3, Shipping("By arrangement", None, None, 0)),
    (9, Shipping("Local delivery", "Same day", "City centre", 400, slot=True)),
    (3, Shipping("Local delivery", None, "50%_zone", 350, slot=True)),
    (6, Shipping("Store pickup", "Ready in 2 hours", "Main St", 0, pickup=True)),
    (4, Shipping("Store pickup", "", None, 0, pickup=True, slot=True)),
)

STATUSES = spread((885, "APPROVED"), (60, "CANCELED"), (25, "PENDING"), (20, "REJECTED"), (10, "INITIALIZED"))
PAYMENT_STATUSES = {
    "APPROVED": spread(
        (74, "PAID"),
        (10, "NOT_PAID"),
        (4, "PARTIALLY_REFUNDED"),
        (3, "FULLY_REFUNDED"),
        (5, "PARTIALLY_PAID"),
        (3, "PENDING"),
        (1, "PENDING_MERCHANT"),
    ),
    "CANCELED": spread((9, "FULLY_REFUNDED"), (8, "NOT_PAID"), (4, "CANCELED"), (1, "PAID"), (1, "PARTIALLY_REFUNDED")),
    "PENDING": spread((3, "PENDING"), (2, "PENDING_MERCHANT")),
    "REJECTED": spread((5, "DECLINED"), (1, "NOT_PAID"), (1, "CANCELED")),
    "INITIALIZED": spread((7, "NOT_PAID"), (1, "UNSPECIFIED")),
}
FULFILLMENT_STATUSES = spread((70, "FULFILLED"), (24, "NOT_FULFILLED"), (6, "PARTIALLY_FULFILLED"))
# Statuses that fulfillment providers report for their part of an order, per status of the whole order.
FULFILLER_STATUSES = {
    "FULFILLED": spread((6, ("Fulfilled",)), (1, ("Delivered",)), (1, ("Fulfilled", "Delivered"))),
    "PARTIALLY_FULFILLED": spread((2, ("Fulfilled", "Pending")), (1, ("In_Delivery", "Fulfilled", "Ready"))),
    "NOT_FULFILLED": spread((4, ("Pending",)), (2, ("Accepted",)), (1, ("Ready",)), (1, ())),
}

CHANNELS = spread(
    (800, "WEB"),
    (75, "POS"),
    (70, "BACKOFFICE_MERCHANT"),
    (20, "EBAY"),
    (12, "AMAZON"),
    (5, "WIX_APP_STORE"),
    (5, "WIX_INVOICES"),
    (5, "FACEBOOK"),
    (3, "ETSY"),
    (2, "TIKTOK"),
    (2, "OTHER_PLATFORM"),
    (1, "STRIPE_AGENTIC_CHECKOUT"),
)
MARKETPLACES = frozenset(("EBAY", "AMAZON", "FACEBOOK", "ETSY", "TIKTOK", "OTHER_PLATFORM"))
_ONLINE = spread(
    (46, "CreditCard"),
    (19, "PayPal"),
    (11, "Stripe"),
    (8, "WixPayments"),
    (6, "Klarna"),
    (5, "Offline"),
    (3, "IDeal"),
    (1, "Sepa"),
    (1, "pay_by_100%"),
)
_AT_COUNTER = spread((5, "Cash"), (4, "CreditCard"), (3, "InPerson"), (3, "Offline"), (2, "PointOfSale"))
PAYMENT_METHODS = {
    channel: _AT_COUNTER if channel in ("POS", "BACKOFFICE_MERCHANT") else _ONLINE for channel in CHANNELS
}
OFFLINE_METHODS = frozenset(("Cash", "Offline", "InPerson"))
BY_STAFF = frozenset(("POS", "BACKOFFICE_MERCHANT", "WIX_INVOICES"))
WITH_CHECKOUT = frozenset(("WEB", "STRIPE_AGENTIC_CHECKOUT"))
COUPONS = ("PROMO2023", "SUMMERSALE10", "WELCOME", "20%OFF", "danke_schön")
NOTES = ("Happy Birthday!", "Please ring twice", "No bag 🙏", "Leave it at the door\nThank you", 'Engrave "A & B"')
