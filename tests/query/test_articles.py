"""Whole articles as papers write them: what queries find in them, and where. The texts are our own."""

from __future__ import annotations

import pytest

from query import Document, judge, parse, words
from tests.query import naive_words

# Arabic keyboard letters (ي ك ه), vowel marks, a kashida, non-joiners, three kinds of digits, a mark of direction.
URDU = Document.of(
    title="\u200fپاک‌جاپان مذاکرات: گاڑيوں كى صنعت ميں ۱۵ ارب روپے كى سرمايه‌كارى",
    body=(
        "اسلام آباد (اے پی پی) ۔ جاپانی سفیر نے وفاقی وزیرِ صنعت سے مُلاقات کی، جس میں آٹو موٹیو شعبے پر بات ہوئی۔"
        " ’’ہماری کمپنیاں ۲۰۲۵-۲۶ میں Rs1,500 ملین لگائیں گی‘‘، سفیر نے کہا۔\n"
        "ســـرکاری اعلامیے کے مطابق استعمال شدہ گاڑیوں کی درآمد پر ایس۔آر۔او 1895(I)/2025 لاگو رہے گا؛"
        " فیصلے پر عمل درآمد یکم جولائی سے ہوگا۔ كراچی بندرگاه پر ٣٥٠ گاڑياں پہنچ چكی ہيں۔"
    ),
)

# Half-width kana, full-width Latin and digits, a middle dot, a line that breaks inside a word, brackets.
JAPANESE = Document.of(
    title="ﾊﾟｷｽﾀﾝ、中古車の輸入を再開　日系メーカーに影響も",
    body=(
        "【カラチ＝共同】パキスタン政府は１５日、中古車の輸入関税を３５０億円規模で見直すと発表した。自動\n"
        "車部品を造るパック・スズキの担当者は「ＩＴサービスにも投資する」と話す。\n"
        "今日、本社で開いた会見で、経産省の担当者はＥＶ（電気自動車）向けの部品輸出が１,８９５台分に当たるとした。"
        "ガスの価格は６．５％上がった。東京都と京都府の企業が参加する。"
    ),
)


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("جاپان", ["جاپان"]),
        ("جاپان*", ["جاپان", "جاپانی"]),
        ('"پاک جاپان"', ["پاک\u200cجاپان"]),
        ('"سرمایہ کاری"', ["سرمايه\u200cكارى"]),
        ("گاڑی*", ["گاڑيوں", "گاڑیوں", "گاڑياں"]),
        ("15", ["۱۵"]),
        ("350", ["٣٥٠"]),
        ('"2025-26"', ["۲۰۲۵-۲۶"]),
        ("1500", ["1,500"]),
        ("وزیر", ["وزیرِ"]),
        ("ملاقات", ["مُلاقات"]),
        ("سرکاری", ["ســـرکاری"]),
        ('"ایس آر او"', ["ایس۔آر۔او"]),
        ("ہماری", ["ہماری"]),
        ("کراچی", ["كراچی"]),
        ("بندرگاہ", ["بندرگاه"]),
        ("کار", []),
        ("درآمد -عمل", []),
        ('"کی درآمد"', ["کی درآمد"]),
        ("آٹو NEAR/1 شعب*", ["آٹو", "شعبے"]),
        ("اٹو", []),
    ],
)
def test_urdu_article(query: str, places: list[str]) -> None:
    """Both kinds of letters, as they are typed either way; endings are asked for."""
    assert [span.text for span in judge(parse(query), URDU).spans] == places


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("パキスタン", ["ﾊﾟｷｽﾀﾝ", "パキスタン"]),
        ("中古車", ["中古車", "中古車"]),
        ("自動車", ["自動車"]),
        ("自動車部品", []),
        ("パックスズキ", ["パック・スズキ"]),
        ("=パキスタン", ["ﾊﾟｷｽﾀﾝ", "パキスタン"]),
        ("=キスタン", []),
        ("日本", []),
        ("カス", []),
        ("ガス", ["ガス"]),
        ('="ITサービス"', ["ＩＴサービス"]),
        ("=EV", ["ＥＶ"]),
        ("=ev", []),
        ("15", ["１５"]),
        ("1895", ["１,８９５"]),
        ("6.5", ["６．５"]),
        ("65", []),
        ("関税 NEAR/12 発表", ["関税", "発表"]),
        ("関税 NEAR/2 発表", []),
        ("東京", ["東京"]),
        ("京都", ["京都", "京都"]),  # 東京都 holds it: who minds asks for 京都府
    ],
)
def test_japanese_article(query: str, places: list[str]) -> None:
    """Without spaces, in all widths; a line break ends a paragraph, and no word runs on behind it."""
    assert [span.text for span in judge(parse(query), JAPANESE).spans] == places


@pytest.mark.parametrize("document", [URDU, JAPANESE], ids=["Urdu", "Japanese"])
@pytest.mark.parametrize("field", ["title", "body"])
def test_words_of_an_article_point_into_it(document: Document, field: str) -> None:
    """Each place gives its own word again, and all are those of the naive analyser."""
    text = document.text(field)
    found = words(text)
    assert [(word.token, word.paragraph) for word in found] == [
        (word.token, word.paragraph) for word in naive_words.words(text)
    ]
    for word in found:
        assert [each.token for each in words(text[word.start : word.end])] == [word.token]
