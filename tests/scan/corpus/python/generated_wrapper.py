from .transport import api_request


def search_orders(page_size, next_cursor=None):
    paging = {"limit": page_size}
    if next_cursor is not None:
        paging["cursor"] = next_cursor
    return api_request("POST", "/ecom/v1/orders/search", body={"search": {"cursorPaging": paging}})


def search_new(token):
    return api_request("POST", "/ecom/v1/orders/search", body={"search": {"filter": {"seenByAHuman": "false"}}})
