from . import (
    cartera_demo,
    cartera_demo_agreements,
    cartera_demo_answers,
    cartera_demo_dealings,
    cartera_demo_ledger,
    cartera_demo_people,
)
