from unittest.mock import Mock


def test_client(client_factory):
    session = Mock()
    client_factory(session).search()
    session.post.assert_called_with("https://www.wixapis.com/ecom/v1/orders/search", json={"filter": {}})
    assert session.post.call_args[0][0].endswith("/ecom/v1/orders/search")
