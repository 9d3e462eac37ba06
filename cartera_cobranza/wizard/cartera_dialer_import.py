import base64

from odoo import fields, models
from odoo.exceptions import UserError


class CarteraDialerImport(models.TransientModel):
    """Brings the results of a dialer in from a file."""

    _name = "cartera.dialer.import"
    _description = "Import Call Results"

    file = fields.Binary(required=True, attachment=False)
    file_name = fields.Char()
    state = fields.Selection(
        [("choose", "Choose a file"), ("done", "Done")], default="choose"
    )
    logged_count = fields.Integer(string="Logged", readonly=True)
    known_count = fields.Integer(string="Logged Before", readonly=True)
    outside_count = fields.Integer(string="Outside the Rules", readonly=True)
    error_count = fields.Integer(string="With Errors", readonly=True)
    errors = fields.Text(readonly=True)

    def action_import(self):
        """Log the results, and show what became of them."""
        self.ensure_one()
        answers = self.env["cartera.dialer"]._register_file(
            base64.b64decode(self.file or b"")
        )
        if not answers:
            raise UserError(self.env._("The file has no results."))
        status = [answer["status"] for answer in answers]
        self.write(
            {
                "state": "done",
                "logged_count": status.count("logged"),
                "known_count": status.count("known"),
                "outside_count": sum(bool(answer["outside"]) for answer in answers),
                "error_count": status.count("error"),
                "errors": "\n".join(
                    self.env._(
                        "Line %(line)s: %(message)s",
                        line=answer["line"],
                        message=answer["message"],
                    )
                    for answer in answers
                    if answer["message"]
                ),
            }
        )
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "cartera_cobranza.cartera_dialer_import_action"
            ),
            "res_id": self.id,
        }
