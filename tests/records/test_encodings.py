from pathlib import Path

import pytest

from modules.errors import DataError
from modules.records.encodings import decode

PATH = Path("data/WT01.csv")
TEXTS = {
    "utf-8-sig": "시간,풍속(㎧),온도(℃)\n1,2,3\n",
    "utf-16": "Zeit,Größe °\n1,2\n",
    "utf-16-le": "Time,Wind\n1,2\n",
    "utf-16-be": "시간,풍속\n2021,22.5\n",
    "cp949": "시간,풍속(㎧),온도(℃),출력\n1,2,3,4\n",
    "cp1252": "Zeit;Größe m²;Temp °C;Tid målt;Énergie;Dirección;½\n1;2;3;4;5;6;7\n",
    "cp1254": "Tarih/Saat,Rüzgar Hızı (m/s),Güç,Yön (°)\n1,2,3,4\n",
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_an_encoding_is_told_by_what_decodes_to_sense(encoding):
    text, found = decode(TEXTS[encoding].encode(encoding), PATH)
    assert (text.decode(), found) == (TEXTS[encoding], encoding)


@pytest.mark.parametrize("text", ["T °C\n1\n", "t,m²\n1,2\n", "GRÖSSE,ÄNDERUNG\n1,2\n"])
def test_few_letters_beyond_ascii_are_not_taken_for_korean(text):
    assert decode(text.encode("latin-1"), PATH) == (text.encode(), "cp1252")


def test_icelandic_letters_are_not_taken_for_turkish():
    text = "tími,vindhraði,stefna á þaki\n1,2,3\n"
    assert decode(text.encode("cp1252"), PATH) == (text.encode(), "cp1252")


@pytest.mark.parametrize(
    "text",
    [
        "Data;Prędkość wiatru;Kierunek wiatru;Moc czynna",
        "Czas;Kąt łopat (°);Średnia moc",
        "čas;rychlost větru;směr větru;výkon",
        "Čas,Rýchlosť vetra,Smer vetra",
        "Időpont;Szélsebesség;Szélirány;Hőmérséklet",
        "Datum;Hitrost vetra;Moč",
        "Vrijeme;Prosječna brzina;Snaga",
    ],
)
def test_central_europe_is_told_by_its_words(text):
    text += "\n1;2;3\n"
    assert decode(text.encode("cp1250"), PATH) == (text.encode(), "cp1250")


@pytest.mark.parametrize(
    "text",
    [
        "Date;Vitesse du vent;Énergie générée;Tempête;Fenêtre;œuvre",
        "Data;Velocità;Direzione;Lunedì;è",
        "Dato;Vindhastighed;Måling;Højde;Vejrær",
        "Fecha;Año;Mañana;Dirección;¿Qué?",
        "Data;Direção;Verões;Potência;Média",
        "Tijd;Geïnstalleerd;Coëfficiënt",
        "Tid;Vindstyrka;Höjd;Mätning;Är",
    ],
)
def test_the_west_is_not_taken_for_central_europe(text):
    text += "\n1;2;3\n"
    assert decode(text.encode("cp1252"), PATH) == (text.encode(), "cp1252")


@pytest.mark.parametrize("encoding", ["cp1251", "gbk", "cp932"])
def test_an_encoding_that_cannot_be_told_is_refused(encoding):
    content = {"cp1251": "Время,Скорость", "gbk": "时间,风速,功率", "cp932": "日時,風速,電力"}
    with pytest.raises(
        DataError, match="none of UTF-8, UTF-16, cp949, cp1250, cp1252 and cp1254. Export"
    ):
        decode(f"{content[encoding]}\n1,2\n".encode(encoding), PATH)


def test_half_a_letter_of_utf_16_is_refused():
    with pytest.raises(DataError, match="NUL bytes, first in line 1"):
        decode("a,b\n1,2\n".encode("utf-16")[:-1], PATH)


def test_a_mark_without_a_text_is_empty():
    with pytest.raises(DataError, match="is empty"):
        decode(b"\xef\xbb\xbf\n", PATH)
