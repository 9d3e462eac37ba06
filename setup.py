"""Builds the wheel: the module's folder, put where Odoo looks for installed add-ons."""

import ast
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
MODULE = "cartera_cobranza"
INSTALLED = f"odoo.addons.{MODULE}"

manifest = ast.literal_eval((HERE / MODULE / "__manifest__.py").read_text())
packages = find_packages(include=[MODULE, f"{MODULE}.*"])

setup(
    name="odoo-addon-cartera-cobranza",
    version=manifest["version"],
    description=manifest["summary"],
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    author=manifest["author"],
    url=manifest["website"],
    license="LGPL-3.0-only",
    license_files=["LICENSE"],
    classifiers=[
        "Framework :: Odoo",
        "Framework :: Odoo :: 19.0",
        "Programming Language :: Python :: 3",
    ],
    python_requires=">=3.10",
    install_requires=manifest["external_dependencies"]["python"],
    packages=[f"odoo.addons.{package}" for package in packages],
    package_dir={INSTALLED: MODULE},
    package_data={INSTALLED: ["**/*"]},
    exclude_package_data={"": ["*.pyc", "**/__pycache__/*"]},
    zip_safe=False,
)
