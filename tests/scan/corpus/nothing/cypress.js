cy.intercept("POST", "/ecom/v1/orders/search", { orders: [] }).as("search");
cy.wait("@search");
