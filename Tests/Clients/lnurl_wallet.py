"""A wallet made of the public library `lnurl`.

lnurl_wallet.py ask MSAT COMMENT LINK ...   asks each link for an invoice, and prints a JSON array of what came
lnurl_wallet.py address NAME                prints the path that a Lightning Address of that name leads to
lnurl_wallet.py encode URL                  prints the Bech32 form of a link
lnurl_wallet.py verify URL                  asks whether an invoice was paid, and prints a JSON object

The library speaks plain http to this machine by itself. A Lightning Address means https on port 443 to it, without
exception: of an address only the path is its own here, asked for at the link's host.
"""
import asyncio
import json
import sys

from bolt11 import decode
from lnurl import (
    LnAddress,
    LnurlErrorResponse,
    LnurlPayResponse,
    LnurlPayVerifyResponse,
    LnurlResponseException,
    encode,
    execute_pay_request,
    get,
    handle,
)


async def ask(link, msat, comment):
    offer = await handle(link)
    if isinstance(offer, LnurlErrorResponse):
        return {"refused": offer.reason}
    assert isinstance(offer, LnurlPayResponse), type(offer)
    try:
        # Reads the answer strictly, decodes the invoice, and refuses another amount than asked for.
        answer = await execute_pay_request(offer, msat, comment=comment or None)
    except LnurlResponseException as error:
        return {"refused": str(error)}
    invoice = decode(answer.pr)
    return {
        "invoice": str(answer.pr),
        "payment_hash": invoice.payment_hash,
        "msat": int(invoice.amount_msat),
        "invoice_description_hash": invoice.description_hash,
        "metadata_hash": offer.metadata.h,
        "title": offer.metadata.text,
        "disposable": answer.disposable,
        "verify": str(answer.verify),
    }


async def main(command, *rest):
    if command == "ask":
        msat, comment, *links = rest
        print(json.dumps([await ask(link, int(msat), comment) for link in links]))
    elif command == "address":
        print(LnAddress(f"{rest[0]}@pay.example.org").url.path)
    elif command == "encode":
        print(encode(rest[0]).bech32)
    elif command == "verify":
        answer = await get(rest[0], response_class=LnurlPayVerifyResponse)
        print(json.dumps({"settled": answer.settled, "preimage": answer.preimage, "invoice": str(answer.pr)}))
    else:
        sys.exit(__doc__)


asyncio.run(main(*sys.argv[1:]))
