"""Words that made-up enterprises, trainings and institutions are named with. None is a real enterprise."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random

from include.contract.model import read_csv

_WORDS = Path(__file__).parent / "data" / "words.csv"

_FIRST = {
    "coffee": ("Cafetal", "Finca", "Café", "Tostaduría", "Grano", "Cafetalera"),
    "cacao": ("Cacao", "Chocolatería", "Cacaotal", "Mazorca", "Chocolates", "Aroma"),
    "aguaje": ("Aguajal", "Frutos", "Palmar", "Pulpas", "Bosque", "Cosecha"),
    "other_crops": ("Huerta", "Cultivos", "Semillas", "Chacra", "Agrícola", "Cosecha"),
    "livestock": ("Hacienda", "Lácteos", "Ganadería", "Quesería", "Potrero", "Establo"),
    "apparel": ("Confecciones", "Taller", "Costura", "Textiles", "Prendas", "Tejidos"),
    "sustainable_fashion": ("Hilo", "Telar", "Moda", "Fibras", "Atelier", "Punto"),
    "commerce": ("Bodega", "Comercial", "Tienda", "Mercado", "Almacén", "Distribuidora"),
    "plastics": ("Plásticos", "Envases", "Recicladora", "Resinas", "Polímeros", "Reciclajes"),
    "food_processing": ("Sabores", "Agroindustria", "Conservas", "Molino", "Alimentos", "Despensa"),
    "tourism": ("Posada", "Rutas", "Refugio", "Hostal", "Senderos", "Viajes"),
    "other": ("Servicios", "Soluciones", "Grupo", "Talleres", "Oficios", "Reparaciones"),
}
_FIRST_PT = {
    "coffee": ("Sítio", "Fazenda", "Café", "Torrefação", "Grão", "Cafezal"),
    "cacao": ("Cacau", "Chocolateria", "Cabruca", "Amêndoa", "Chocolates", "Aroma"),
    "aguaje": ("Buritizal", "Frutos", "Polpas", "Cerrado", "Colheita", "Vereda"),
    "other_crops": ("Horta", "Cultivos", "Sementes", "Roça", "Agrícola", "Colheita"),
    "apparel": ("Confecções", "Ateliê", "Costura", "Têxteis", "Malharia", "Tecidos"),
    "sustainable_fashion": ("Fio", "Tear", "Moda", "Fibras", "Ateliê", "Ponto"),
    "commerce": ("Mercearia", "Comercial", "Loja", "Mercado", "Armazém", "Distribuidora"),
    "plastics": ("Plásticos", "Embalagens", "Recicladora", "Resinas", "Polímeros", "Reciclagem"),
    "food_processing": ("Sabores", "Agroindústria", "Conservas", "Moinho", "Alimentos", "Despensa"),
}
_MIDDLE = (
    "Nube", "Colibrí", "Luna", "Arcoíris", "Cóndor", "Jaguar", "Orquídea", "Río", "Cometa", "Brisa", "Sol", "Garza",
    "Quetzal", "Ceiba", "Lucero", "Puma", "Alba", "Estrella", "Rocío", "Tucán", "Ñandú", "Niebla", "Laguna", "Volcán",
    "Duende", "Gaviota", "Cristal", "Trébol", "Marea", "Bambú", "Tortuga", "Dragón", "Sirena", "Unicornio", "Fénix",
)  # fmt: skip
_LAST = (
    "Azul", "Verde", "Dorado", "Sereno", "Imaginario", "de Papel", "de la Montaña", "del Alba", "Andante", "Feliz",
    "Escondido", "de Cuento", "Lejano", "del Viento", "Invisible", "de los Sueños", "Risueño", "Esmeralda", "Violeta",
    "de Otoño", "Infinito", "de Cobre", "Errante", "Lunar", "Secreto", "de Barro", "Gris", "Boreal",
)  # fmt: skip
_MIDDLE_PT = (
    "Nuvem", "Beija-Flor", "Lua", "Arco-Íris", "Onça", "Orquídea", "Rio", "Cometa", "Brisa", "Sol", "Garça", "Ipê",
    "Estrela", "Orvalho", "Tucano", "Lagoa", "Duende", "Gaivota", "Cristal", "Trevo", "Maré", "Bambu", "Tatu", "Fênix",
)  # fmt: skip
_LAST_PT = (
    "Azul", "Verde", "Dourado", "Sereno", "Imaginário", "de Papel", "da Serra", "da Aurora", "Andante", "Feliz",
    "Escondido", "de Conto", "Distante", "do Vento", "Invisível", "dos Sonhos", "Esmeralda", "Violeta", "Infinito",
)  # fmt: skip
_LEGAL_FORMS = {
    "AR": ("S.R.L.", "S.A.S.", "Cooperativa Ltda."),
    "BO": ("S.R.L.", "S.A.", "Empresa Unipersonal"),
    "BR": ("Ltda.", "ME", "Cooperativa", "EIRELI"),
    "CL": ("SpA", "Ltda.", "E.I.R.L."),
    "CO": ("S.A.S.", "Ltda.", "Cooperativa"),
    "EC": ("Cía. Ltda.", "S.A.S.", "Asociación"),
    "MX": ("S.A. de C.V.", "S. de R.L. de C.V.", "S.P.R. de R.L."),
    "PE": ("S.A.C.", "E.I.R.L.", "S.R.L.", "Cooperativa Agraria", "Asociación"),
}

CERTIFIERS = ("Certificadora Horizonte", "EcoSello Andino", "Verde Control", "BioGarantía Tropical", "Nordstern Audit")


@cache
def of(part: str, language: str) -> tuple[str, ...]:
    """What is called by a part of ``data/words.csv``, in a language; a part may have several lines."""
    return tuple(row[language] for row in read_csv(_WORDS) if row["part"] == part)


def enterprise_name(random: Random, country: str, chain: str) -> str:
    """A made-up enterprise of a value chain, with its country's legal form."""
    form = random.choice(_LEGAL_FORMS.get(country, ("S.A.", "S. de R.L.", "Cooperativa R.L.")))
    if country == "BR":
        first = random.choice(_FIRST_PT.get(chain, ("Serviços", "Soluções")))
        return f"{first} {random.choice(_MIDDLE_PT)} {random.choice(_LAST_PT)} {form}"
    return f"{random.choice(_FIRST[chain])} {random.choice(_MIDDLE)} {random.choice(_LAST)} {form}"


_PARTNERS = {
    "association": ("Asociación de Productores", "Gremio de Mipymes", "Red de Emprendedores"),
    "chamber": ("Cámara de Comercio", "Cámara de Turismo y Comercio", "Cámara de Industrias"),
    "ngo": ("Fundación", "Corporación", "Centro de Desarrollo"),
    "university": ("Universidad", "Instituto Tecnológico", "Escuela de Agronegocios"),
}
_PARTNERS_PT = {
    "association": ("Associação de Produtores", "Rede de Empreendedores"),
    "chamber": ("Câmara de Comércio", "Câmara da Indústria"),
    "ngo": ("Fundação", "Instituto"),
    "university": ("Universidade", "Escola Técnica"),
}


def partner_name(random: Random, country: str, kind: str) -> str:
    """A made-up institution of a Latin American country."""
    if country == "BR":
        return f"{random.choice(_PARTNERS_PT[kind])} {random.choice(_MIDDLE_PT)} {random.choice(_LAST_PT)}"
    return f"{random.choice(_PARTNERS[kind])} {random.choice(_MIDDLE)} {random.choice(_LAST)}"
