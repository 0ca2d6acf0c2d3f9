{# A file's name may hold a person's. What marts show of it are the words of the contract and of the project itself, periods,
   small numbers and a known extension; every other word is "···". Words are told apart by what is neither letter nor digit in
   ASCII, and compared without case and accents. #}

{# A text's words as an array, to be compared with. #}
{% macro words_of(text) -%}
    array(
        select {{ plain_word('found.word[1]') }}
        from regexp_matches({{ text }}, {{ label_word_pattern() }}, 'g') as found (word)
    )
{%- endmacro %}

{% macro label_word_pattern() -%}
    '[^\x01-/:-@\[-`{-~]+'
{%- endmacro %}

{% macro plain_word(word) -%}
    lower(regexp_replace(normalize({{ word }}, nfd), '[\u0300-\u036f]', '', 'g'))
{%- endmacro %}

{# "words" is an array of plain words of the project's own. #}
{% macro delivery_label(file_name, words) -%}
    regexp_replace(
        regexp_replace(
            (
                select
                    coalesce(string_agg(
                        case
                            when part.found[1] is not null then part.found[1]
                            when
                                {{ plain_word('part.found[2]') }} = any({{ words }})
                                or {{ plain_word('part.found[2]') }} in (
                                    {%- for word in label_words() -%}
                                        '{{ word }}'{% if not loop.last %}, {% endif %}
                                    {%- endfor -%}
                                )
                                or part.found[2] ~* '^(v?[0-9]{1,2}|20[0-9]{2}|(20[0-9]{2})?s[12]|i{1,2})$'
                                then part.found[2]
                            else '···'
                        end,
                        '' order by part.number
                    ), '')
                from regexp_matches(
                    regexp_replace({{ file_name }}, {{ label_extension() }}, '', 'i'),
                    '([\x01-/:-@\[-`{-~]+)|([^\x01-/:-@\[-`{-~]+)',
                    'g'
                ) with ordinality as part (found, number)
            ),
            '\m[0-9]{1,2}([ ._-]+[0-9]{1,2}){2,}\M', '···', 'g'  -- pairs of digits, as of telephones and identity cards
        ),
        '···([ ,._-]+···)+', '···', 'g'
    )
    || coalesce(substring({{ file_name }} from '(?i)' || {{ label_extension() }}), '')
{%- endmacro %}

{% macro label_extension() -%}
    '\.(?:xlsx|xlsm|xlsb|xls|ods|csv|zip|rar|7z|pdf|docx|doc|odt|txt|json|xml|jpg|jpeg|png)$'
{%- endmacro %}

{# Without accents, in lower case. #}
{% macro label_words() -%}
    {{ return([
        'reporte', 'informe', 'relatorio', 'report', 'correccion', 'correcao', 'correction', 'corregido', 'corrigido',
        'corrected', 'copia', 'copy', 'semestre', 'semester', 'semestral', 'primer', 'primero', 'primeiro', 'first', 'segundo',
        'second', 'periodo', 'period', 'anexo', 'annex', 'formato', 'formulario', 'form', 'plantilla', 'modelo', 'template',
        'proyecto', 'projeto', 'project', 'final', 'version', 'versao', 'nuevo', 'novo', 'new', 'firmado', 'assinado', 'signed',
        'borrador', 'rascunho', 'draft', 'datos', 'dados', 'data', 'al', 'invest', 'verde', 'de', 'del', 'do', 'da', 'la', 'el',
        'y', 'e', 'of', 'the', 'and', 'para', 'for', 'portada', 'capa', 'cover', 'mipymes', 'mpmes', 'enterprises',
        'capacitaciones', 'capacitacoes', 'training', 'practicas', 'praticas', 'practices', 'empleos', 'empregos', 'jobs',
        'normas', 'standards', 'ventas', 'vendas', 'sales'
    ]) }}
{%- endmacro %}
