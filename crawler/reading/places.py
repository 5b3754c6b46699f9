"""Places that stand in datelines of this field. Never a closed list: it only settles forms that prove nothing by
themselves (a title-case or Urdu word before a colon); capitals, a credit or a date are proof for any other place."""

from __future__ import annotations

from crawler.reading.calendar_words import fold

_ENGLISH = """
Islamabad Karachi Lahore Peshawar Quetta Rawalpindi Multan Faisalabad Hyderabad Sialkot Gujranwala Gwadar Sukkur
Larkana Bahawalpur Sargodha Abbottabad Mardan Muzaffarabad Gilgit Skardu Swat Mirpur Gujrat Sahiwal Jhelum Kasur
Sheikhupura Nawabshah Khairpur Thatta Badin Chaman Turbat Zhob Kohat Bannu Mansehra Chitral Attock Okara Vehari
Tokyo Osaka Nagoya Kyoto Yokohama Kobe Hiroshima Sapporo Fukuoka Sendai
Beijing Shanghai Delhi Mumbai Kabul Tehran Dubai Doha Riyadh Jeddah Ankara Istanbul London Paris Berlin Geneva Brussels
Rome Oslo Vienna Madrid Washington Moscow Singapore Bangkok Jakarta Manila Seoul Hanoi Dhaka Colombo Kathmandu Sydney
Baku Cairo Baghdad Beirut Kiev Kyiv Lima Muscat Manama Tashkent Astana Hague Bonn Bern
"""
_ENGLISH_WIDE = (
    "New York", "New Delhi", "Hong Kong", "Abu Dhabi", "Kuala Lumpur", "Rahim Yar Khan", "Dera Ghazi Khan",
    "Dera Ismail Khan", "Toba Tek Singh", "Tando Allahyar", "United Nations", "The Hague", "Kuwait City", "Addis Ababa",
    "D.I. Khan", "D. I. Khan", "DI Khan", "D.G. Khan", "D. G. Khan", "DG Khan", "R.Y. Khan", "T.T. Singh",
)  # fmt: skip
_URDU = """
اسلام آباد، کراچی، لاہور، پشاور، کوئٹہ، راولپنڈی، ملتان، فیصل آباد، حیدرآباد، حیدر آباد، سیالکوٹ،
گوجرانوالہ، گوادر، سکھر، لاڑکانہ، بہاولپور، سرگودھا، ایبٹ آباد، مردان، مظفرآباد، مظفر آباد، گلگت،
سکردو، سوات، میرپور، گجرات، ساہیوال، جہلم، قصور، شیخوپورہ، نوابشاہ، رحیم یار خان، ڈیرہ غازی خان،
ڈیرہ اسماعیل خان، ٹوکیو، اوساکا، ناگویا، بیجنگ، شنگھائی، دہلی، نئی دہلی، ممبئی، کابل، تہران، دبئی،
ابوظبی، ابوظہبی، دوحہ، ریاض، جدہ، مکہ، مدینہ، انقرہ، استنبول، لندن، پیرس، برلن، جنیوا، برسلز، روم،
ویانا، واشنگٹن، نیویارک، نیو یارک، ماسکو، سنگاپور، بنکاک، جکارتہ، سیول، ڈھاکہ، ڈھاکا، کولمبو،
کھٹمنڈو، سڈنی، باکو، قاہرہ، بغداد، بیروت، مسقط، تاشقند، آستانہ، کوالالمپور، ہانگ کانگ
"""

_KNOWN = frozenset(
    [word.casefold() for word in _ENGLISH.split()]
    + [name.casefold() for name in _ENGLISH_WIDE]
    + [fold(name).strip() for name in _URDU.split("،")]
)


def is_place(text: str) -> bool:
    """Is every part of ``Islamabad/Lahore`` a place known here?"""
    parts = [part.strip(" .") for part in fold(text).casefold().replace(",", "/").split("/")]
    return bool(parts) and all(part in _KNOWN for part in parts)
